package dev.fanfare.tracing.otel;

import io.opentelemetry.api.common.AttributeKey;

/**
 * The names of what spans tell: those of the <a
 * href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">semantic conventions</a> where there is one.
 */
final class SpanAttributes {
    static final String FANFARE = "fanfare";

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    static final AttributeKey<Long> MESSAGE_COUNT = AttributeKey.longKey("messaging.batch.message_count");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    static final AttributeKey<Long> CLIENTS = AttributeKey.longKey("fanfare.delivery.clients");
    static final AttributeKey<Boolean> REPLAY = AttributeKey.booleanKey("fanfare.delivery.replay");
    static final AttributeKey<Boolean> COMPLETE = AttributeKey.booleanKey("fanfare.delivery.complete");
    static final AttributeKey<String> SOURCE = AttributeKey.stringKey("fanfare.source");
    static final AttributeKey<String> STATUS = AttributeKey.stringKey("fanfare.status");
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("fanfare.poll.outcome");

    private SpanAttributes() {}
}
