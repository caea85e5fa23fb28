package dev.fanfare.cli;

import java.io.Console;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a load goes to this machine, and what somebody says to one that does not. */
final class OwnHost {
    /** Somebody at a terminal. */
    interface Person {
        /** The answer to a question; null if there is nobody, or nobody answers. */
        @Nullable
        String answer(String question);
    }

    private OwnHost() {}

    /**
     * Whether all addresses of a host are this machine's.
     *
     * @throws IOException if no address is known
     */
    static boolean is(String host) throws IOException {
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        for (InetAddress address : InetAddress.getAllByName(name)) {
            boolean own = address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
            if (!own) {
                return false;
            }
        }
        return true;
    }

    /** Whether the person says yes. */
    static boolean agrees(Person person, String question) {
        String answer = person.answer(question);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }

    /** The one at the terminal of the process, if it has one. */
    @SuppressWarnings("SystemConsoleNull") // it is null on Java 17, and isTerminal looks at what later versions give
    static Person atTheTerminal() {
        Console console = System.console();
        if (console == null || !isTerminal(console)) {
            return question -> null;
        }
        return question -> console.readLine("%s", question);
    }

    /** From Java 22 on there may be a console without a terminal, which a method new in that version tells. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
