package dev.fanfare.server.grizzly;

/** What is wrong with the framing of a request; its connection closes with the answer. Has no stack trace: anybody can cause it. */
final class HeadRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * A refusal.
     *
     * @param status of the answer
     * @param detail what was wrong and what would be right
     */
    HeadRefused(int status, String detail) {
        super(detail, null, false, false);
        this.status = status;
    }

    static HeadRefused badRequest(String detail) {
        return new HeadRefused(400, detail);
    }

    int status() {
        return status;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
