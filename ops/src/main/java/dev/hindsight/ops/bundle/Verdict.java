package dev.hindsight.ops.bundle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What verifying a bundle came to.
 *
 * @param findings in the order in which they were made
 */
public record Verdict(List<Finding> findings) {

    public Verdict {
        findings = List.copyOf(findings);
    }

    /** How a finding is meant. */
    public enum Kind {
        /** This is shown. */
        PROVED,
        /** This would have been good to know, and the bundle does not show it. */
        NOT_PROVED,
        /** Something is not as it was recorded, or the bundle is not what it claims to be. */
        WRONG
    }

    /**
     * @param position of the event it is about; null where it is about all
     * @param text one sentence for people
     */
    public record Finding(Kind kind, @Nullable Long position, String text) {}

    /** Whether nothing is wrong. */
    public boolean good() {
        return findings.stream().noneMatch(finding -> finding.kind() == Kind.WRONG);
    }

    /** The first bad position; null where none is bad, or none in particular. */
    public @Nullable Long firstWrong() {
        return findings.stream()
                .filter(finding -> finding.kind() == Kind.WRONG)
                .map(Finding::position)
                .filter(position -> position != null)
                .min(Long::compare)
                .orElse(null);
    }
}
