package dev.fanfare.history.sqlite;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A disk that hangs or fails when a test says so, and else does as another. */
final class ScriptedDisk implements Disk {
    final AtomicInteger commitsBegun = new AtomicInteger();
    volatile @Nullable CountDownLatch hangs;
    volatile @Nullable Throwable failsToCommit;
    volatile @Nullable Throwable failsToFail;
    volatile @Nullable Throwable failsToTell;
    private final Disk disk;

    ScriptedDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public long commit(List<PreparedAppend> appends) throws SQLException {
        commitsBegun.incrementAndGet();
        CountDownLatch until = hangs;
        while (until != null && until.getCount() > 0) {
            try {
                until.await();
            } catch (InterruptedException e) {
                // A disk hangs on.
            }
        }
        ScriptedDisk.<RuntimeException>raise(failsToCommit);
        return disk.commit(appends);
    }

    @Override
    public void change(PreparedAppend.Change change) throws SQLException {
        disk.change(change);
    }

    @Override
    public boolean upkeep() throws SQLException {
        return disk.upkeep();
    }

    @Override
    public RuntimeException failed(Throwable error) {
        ScriptedDisk.<RuntimeException>raise(failsToFail);
        return disk.failed(error);
    }

    @Override
    public long maxBatchBytes() {
        ScriptedDisk.<RuntimeException>raise(failsToTell);
        return disk.maxBatchBytes();
    }

    /** Throws also what is checked, as bytecode may. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void raise(@Nullable Throwable error) throws T {
        if (error != null) {
            throw (T) error;
        }
    }
}
