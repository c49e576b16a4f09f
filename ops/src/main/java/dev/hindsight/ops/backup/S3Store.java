package dev.hindsight.ops.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A backup under a prefix of a bucket; an object appears whole. Deleting takes older versions with it. */
final class S3Store implements BackupStore {

    private static final int NOT_FOUND = 404;

    private final S3Client s3;
    private final String bucket;
    private final String prefix;
    private boolean versionsKept;

    /**
     * @param s3 closed with this
     * @param prefix ends with a slash, or is empty
     */
    S3Store(S3Client s3, String bucket, String prefix) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public List<String> names(String begin) throws IOException {
        try {
            List<String> names = new ArrayList<>(
                    s3.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix + begin)).contents().stream()
                            .map(S3Object::key)
                            .map(key -> key.substring(prefix.length()))
                            .toList());
            Collections.sort(names);
            return names;
        } catch (SdkException refused) {
            throw new IOException(this + " can't be listed: " + refused.getMessage(), refused);
        }
    }

    @Override
    public InputStream open(String name) throws IOException {
        try {
            return s3.getObject(get -> get.bucket(bucket).key(prefix + name));
        } catch (S3Exception refused) {
            if (refused.statusCode() == NOT_FOUND) {
                throw new NoSuchFileException(name);
            }
            throw failed(name, refused);
        } catch (SdkException silent) {
            throw failed(name, silent);
        }
    }

    private IOException failed(String name, SdkException cause) {
        return new IOException(this + " did not do its part for " + name + ": " + cause.getMessage(), cause);
    }

    @Override
    public void write(String name, byte[] bytes) throws IOException {
        put(name, RequestBody.fromBytes(bytes));
    }

    @Override
    public void write(String name, Path file) throws IOException {
        put(name, RequestBody.fromFile(file));
    }

    private void put(String name, RequestBody body) throws IOException {
        try {
            s3.putObject(put -> put.bucket(bucket).key(prefix + name).contentType("application/octet-stream"), body);
        } catch (SdkException refused) {
            throw failed(name, refused);
        }
    }

    /** Where older versions can't be told or deleted, that is remembered for {@link #leftovers}. */
    @Override
    public void delete(String name) throws IOException {
        try {
            s3.deleteObject(delete -> delete.bucket(bucket).key(prefix + name));
        } catch (SdkException refused) {
            throw failed(name, refused);
        }
        try {
            for (var page :
                    s3.listObjectVersionsPaginator(list -> list.bucket(bucket).prefix(prefix + name))) {
                for (ObjectVersion version : page.versions()) {
                    delete(name, version.key(), version.versionId());
                }
                for (DeleteMarkerEntry marker : page.deleteMarkers()) {
                    delete(name, marker.key(), marker.versionId());
                }
            }
        } catch (SdkException refused) {
            versionsKept = true;
        }
    }

    private void delete(String name, String key, String version) {
        if (key.equals(prefix + name) && version != null && !version.equals("null")) {
            s3.deleteObject(delete -> delete.bucket(bucket).key(key).versionId(version));
        }
    }

    @Override
    public String leftovers() {
        return versionsKept
                ? "Older versions of deleted objects could not be deleted in " + this
                        + ": allow s3:ListBucketVersions and s3:DeleteObjectVersion, or have a lifecycle rule expire them."
                : "";
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + prefix;
    }

    @Override
    public void close() {
        s3.close();
    }
}
