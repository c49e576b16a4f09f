package dev.hindsight.ops.operator;

import dev.hindsight.ops.cli.BuildVersion;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Which build runs on which log. */
@RestController
final class VersionEndpoint {

    /** @param logId null until the log's first event can be read */
    record VersionInfo(
            String version, String commit, @Nullable UUID logId) {}

    private final LogIdentity log;

    VersionEndpoint(LogIdentity log) {
        this.log = log;
    }

    @GetMapping("/api/version")
    VersionInfo readVersion() {
        return new VersionInfo(BuildVersion.version(), BuildVersion.commit(), log.logId());
    }
}
