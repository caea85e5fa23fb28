package dev.fanfare.server;

import dev.fanfare.app.ProductVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"Fanfare " + ProductVersion.text()};
    }
}
