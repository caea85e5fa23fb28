package dev.fanfare.server.grizzly;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * The JDK has no such socket option, so setsockopt(2) is called by the foreign function interface: final in 22, while this is
 * compiled for 17, hence by reflection on the public API. No Java object tells its file descriptor either. But a connection
 * inherits the option from the socket that listens (tcp(7)), and that one is found among the descriptors of the process by
 * what it says of itself: a socket that accepts, and its port.
 */
/**
 * TCP_USER_TIMEOUT (RFC 5482) on Linux: how long sent data may stay unacknowledged before the kernel gives the connection up.
 * Without it a client that vanished without a word is kept for about a quarter of an hour, since the kernel goes on accepting
 * heartbeats. Stateless.
 */
final class UserTimeout {
    private static final System.Logger LOG = System.getLogger(UserTimeout.class.getName());

    // Linux on all the architectures that a JVM of these versions runs on.
    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int AF_INET6 = 10;
    private static final int ADDRESS_BYTES = 128;

    private UserTimeout() {}

    /**
     * Sets it for all connections that a port of this process will accept, and says once in the log whether that worked.
     *
     * @param timeout at least 1 ms
     * @return whether it is set
     */
    static boolean onPort(int port, Duration timeout) {
        String reason = Runtime.version().feature() < 22 ? "it takes Java 22 or newer" : tryOn(port, timeout);
        if (reason.isEmpty()) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "Clients that vanish are closed after {0} ms (TCP_USER_TIMEOUT)",
                    Long.toString(timeout.toMillis()));
            return true;
        }
        LOG.log(
                System.Logger.Level.DEBUG,
                "A client that vanishes is closed when the kernel gives up, after about a quarter of an hour"
                        + " (no TCP_USER_TIMEOUT: {0})",
                reason);
        return false;
    }

    /** Empty if it worked, else why not. */
    private static String tryOn(int port, Duration timeout) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return "it takes Linux";
        }
        try {
            return new Native().set(port, (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE));
        } catch (Throwable e) { // whatever the foreign side has to say: without it the service is as good as on Java 17
            LOG.log(System.Logger.Level.DEBUG, "No TCP_USER_TIMEOUT", e);
            return e instanceof InvocationTargetException ? String.valueOf(e.getCause()) : e.toString();
        }
    }

    /** The C library, by reflection on {@code java.lang.foreign}. */
    private static final class Native {
        private final Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        private final Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
        private final Class<?> arena = Class.forName("java.lang.foreign.Arena");
        private final Object cInt = Class.forName("java.lang.foreign.ValueLayout")
                .getField("JAVA_INT")
                .get(null);
        private final Object cAddress = Class.forName("java.lang.foreign.ValueLayout")
                .getField("ADDRESS")
                .get(null);
        private final MethodHandle getsockopt = function("getsockopt", cInt, cInt, cInt, cAddress, cAddress);
        private final MethodHandle setsockopt = function("setsockopt", cInt, cInt, cInt, cAddress, cInt);
        private final MethodHandle getsockname = function("getsockname", cInt, cAddress, cAddress);
        private final Object memory;
        private final MethodHandle getInt;
        private final MethodHandle setInt;
        private final Object value;
        private final Object length;
        private final Object address;

        Native() throws Throwable {
            memory = arena.getMethod("ofAuto").invoke(null);
            Class<?> ofInt = Class.forName("java.lang.foreign.ValueLayout$OfInt");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            getInt = lookup.findVirtual(segment, "get", MethodType.methodType(int.class, ofInt, long.class));
            setInt =
                    lookup.findVirtual(segment, "set", MethodType.methodType(void.class, ofInt, long.class, int.class));
            value = allocate(Integer.BYTES);
            length = allocate(Integer.BYTES);
            address = allocate(ADDRESS_BYTES);
        }

        private Object allocate(long bytes) throws Throwable {
            return arena.getMethod("allocate", long.class, long.class).invoke(memory, bytes, Long.BYTES);
        }

        /** A function that returns an int. */
        private MethodHandle function(String name, Object... parameters) throws Throwable {
            Class<?> linkerType = Class.forName("java.lang.foreign.Linker");
            Class<?> descriptorType = Class.forName("java.lang.foreign.FunctionDescriptor");
            Class<?> optionType = Class.forName("java.lang.foreign.Linker$Option");
            Object layouts = Array.newInstance(layout, parameters.length);
            for (int i = 0; i < parameters.length; i++) {
                Array.set(layouts, i, parameters[i]);
            }
            Object descriptor =
                    descriptorType.getMethod("of", layout, layouts.getClass()).invoke(null, cInt, layouts);
            Object linker = linkerType.getMethod("nativeLinker").invoke(null);
            Object library = linkerType.getMethod("defaultLookup").invoke(linker);
            Method find = Class.forName("java.lang.foreign.SymbolLookup").getMethod("find", String.class);
            Object found = ((Optional<?>) find.invoke(library, name))
                    .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
            Object noOptions = Array.newInstance(optionType, 0);
            return (MethodHandle) linkerType
                    .getMethod("downcallHandle", segment, descriptorType, noOptions.getClass())
                    .invoke(linker, found, descriptor, noOptions);
        }

        /** Empty if it worked, else why not. */
        String set(int port, int timeoutMs) throws Throwable {
            int set = 0;
            for (int descriptor : descriptors()) {
                if (isListening(descriptor) && portOf(descriptor) == port) {
                    setInt.invoke(value, cInt, 0L, timeoutMs);
                    if ((int) setsockopt.invoke(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, value, Integer.BYTES) != 0) {
                        return "the kernel refuses it";
                    }
                    set++;
                }
            }
            return set > 0 ? "" : "no listening socket was found";
        }

        private static List<Integer> descriptors() throws IOException {
            List<Integer> descriptors = new ArrayList<>();
            try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                for (Path one : all) {
                    descriptors.add(Integer.parseInt(one.getFileName().toString()));
                }
            }
            return descriptors;
        }

        private boolean isListening(int descriptor) throws Throwable {
            setInt.invoke(value, cInt, 0L, 0);
            setInt.invoke(length, cInt, 0L, Integer.BYTES);
            return (int) getsockopt.invoke(descriptor, SOL_SOCKET, SO_ACCEPTCONN, value, length) == 0
                    && (int) getInt.invoke(value, cInt, 0L) == 1;
        }

        /** The local port, which stands behind two bytes of family, in network order; -1 if it is no IP socket. */
        private int portOf(int descriptor) throws Throwable {
            setInt.invoke(length, cInt, 0L, ADDRESS_BYTES);
            if ((int) getsockname.invoke(descriptor, address, length) != 0) {
                return -1;
            }
            int first = (int) getInt.invoke(address, cInt, 0L);
            boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
            int family = little ? first & 0xffff : first >>> 16;
            int port = little ? Short.toUnsignedInt(Short.reverseBytes((short) (first >>> 16))) : first & 0xffff;
            return family == 2 || family == AF_INET6 ? port : -1;
        }
    }
}
