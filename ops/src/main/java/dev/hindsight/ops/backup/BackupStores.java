package dev.hindsight.ops.backup;

import dev.hindsight.ops.attachments.AttachmentConfiguration;
import java.nio.file.Path;
import org.springframework.core.env.Environment;

/** Finds the place that an address means. */
public final class BackupStores {

    private static final String S3 = "s3://";

    private BackupStores() {}

    /**
     * @param address a folder, or {@code s3://bucket/prefix}: endpoint, region and secrets are those of
     *     {@code hindsight.backup.s3}
     * @throws IllegalArgumentException where it is neither
     */
    public static BackupStore open(String address, Environment environment) {
        if (!address.startsWith(S3)) {
            return new FolderStore(Path.of(address));
        }
        String rest = address.substring(S3.length());
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        String prefix = slash < 0 ? "" : rest.substring(slash + 1);
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("An address in S3 is s3://bucket/prefix, not " + address);
        }
        return new S3Store(
                AttachmentConfiguration.client(environment, "hindsight.backup.s3"),
                bucket,
                prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
    }

    /** Whether an address is one of this kind and not a file. */
    public static boolean isS3(String address) {
        return address.startsWith(S3);
    }
}
