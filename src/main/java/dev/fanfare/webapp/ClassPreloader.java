package dev.fanfare.webapp;

import jakarta.servlet.ServletContext;
import java.util.Set;

/*
 * Open Liberty reads classes from the WAR when they are first needed, and learns that it is to undeploy from the WAR being gone.
 * So what is needed first when the service ends can't be loaded any more; the service would end by half, and its streams
 * and threads would stay.
 */
/** The classes of this web application, all loaded before any of them is needed. Libraries are not among them. */
final class ClassPreloader {
    private static final System.Logger LOG = System.getLogger(ClassPreloader.class.getName());
    private static final String ROOT = "/WEB-INF/classes/";
    private static final String OURS = ROOT + "dev/fanfare/";
    private static final String SUFFIX = ".class";

    private ClassPreloader() {}

    static void load(ServletContext context) {
        loadBelow(OURS, context);
    }

    private static void loadBelow(String directory, ServletContext context) {
        Set<String> paths = context.getResourcePaths(directory);
        if (paths == null) { // the container can't list, or the classes are elsewhere
            return;
        }
        for (String path : paths) {
            if (path.endsWith("/")) {
                loadBelow(path, context);
            } else if (path.endsWith(SUFFIX)) {
                load(path.substring(ROOT.length(), path.length() - SUFFIX.length())
                        .replace('/', '.'));
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, ClassPreloader.class.getClassLoader());
        } catch (ClassNotFoundException
                | LinkageError e) { // of a library that this server has not; nobody will ask for it
            LOG.log(System.Logger.Level.DEBUG, "A class can't be loaded: " + name, e);
        }
    }
}
