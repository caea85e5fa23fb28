package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedSqlTest {

    @Test
    void aParameterMayComeSeveralTimes() {
        NamedSql sql = new NamedSql("select :b, :a_1 from t where x=:a_1 or y = (:b)");

        assertThat(sql.jdbc()).isEqualTo("select ?, ? from t where x=? or y = (?)");
        assertThat(sql.names()).containsExactly("b", "a_1", "a_1", "b");
        assertThat(sql.parameters()).containsExactly("b", "a_1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select ':no' from t",
                "select 'it''s :no' from t",
                "select \":no\" from t",
                "select `:no` from t",
                "select 1 -- :no ' ?",
                "select 1 /* :no ' ? */ from t",
                "select 1 /* a /* :no */ :no */ from t",
                "select x::text, y::\"my type\" from t",
                "select @x := 1",
                "select $$ :no ' ? $$",
                "select $f$ :no $$ ? $f$",
                "select E'a\\':no'",
                "select e'\\\\' from t",
                "select data ?? 'key' from t",
                "select a[1: 2] from t",
                "select x$1 from t",
                "select time '12:30:00'",
                "select {ts '2026-01-01 00:00:00'}"
            })
    void whatOnlyLooksLikeAParameterIsLeftAlone(String text) {
        NamedSql sql = new NamedSql(text);

        assertThat(sql.jdbc()).isEqualTo(text);
        assertThat(sql.parameters()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '@', quoteCharacter = '~', textBlock = """
            select :a::int                      @ select ?::int
            select '\\' || :a                   @ select '\\' || ?
            select 1 -- ':no'\\n, :a            @ select 1 -- ':no'\\n, ?
            select 'a'':no'':a'||:a             @ select 'a'':no'':a'||?
            select 1 - - :a                     @ select 1 - - ?
            select NAME'x\\'||:a                @ select NAME'x\\'||?
            select $1$ + :a                     @ select $1$ + ?
            select :a;                          @ select ?
            select :a ;  \\n                    @ select ?
            """)
    void whatComesBehindIsFoundAgain(String text, String jdbc) {
        NamedSql sql = new NamedSql(text.replace("\\n", "\n").replace("\\\\", "\\"));

        assertThat(sql.jdbc().strip()).isEqualTo(jdbc.replace("\\n", "\n").replace("\\\\", "\\"));
        assertThat(sql.parameters()).containsExactly("a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            select ? from t           | it has a '?' at offset 7; name the parameter, as in ':job'
            select 'a                 | the ' at offset 7 has no counterpart
            select "a                 | the " at offset 7 has no counterpart
            select /* a               | the comment at offset 7 has no end
            select $x$ a $$           | the $x$ at offset 7 has no counterpart
            select 1; drop table t    | it has more than one statement
            ;                         | there is no statement in it
            """)
    void whatCantBeUsedIsToldWithTheReason(String text, String words) {
        assertThatThrownBy(() -> new NamedSql(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the SQL can't be used: " + words
                        + "; write one statement like 'select state from jobs where id = :job'");
    }
}
