package dev.hindsight.ops.acceptance;

/** The journey on PostgreSQL alone, as most sites run it. */
class JourneyTest extends Journey {

    JourneyTest() {
        super(RunningApplication.shared());
    }
}
