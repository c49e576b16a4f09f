package dev.hindsight.ops.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects of one bucket of any store that speaks S3, which makes them durable and checks its own disks. */
final class S3ContentStore implements ContentStore {

    private static final int NOT_FOUND = 404;

    private final S3Client s3;
    private final String bucket;
    private final String prefix;

    /**
     * @param s3 closed with this
     * @param prefix before each name; may be empty
     */
    S3ContentStore(S3Client s3, String bucket, String prefix) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public void put(String content, Path sealed) throws IOException {
        try {
            s3.putObject(
                    put -> put.bucket(bucket).key(prefix + content).contentType("application/octet-stream"),
                    RequestBody.fromFile(sealed));
        } catch (SdkException refused) {
            throw new IOException("The attachment store did not take " + content, refused);
        }
    }

    @Override
    public InputStream open(String content, long size) throws IOException {
        ResponseInputStream<GetObjectResponse> object = object(content);
        Long length = object.response().contentLength();
        if (length == null || length != size) {
            object.abort();
            throw new ChangedContentException(content + " has another length in the store");
        }
        return object;
    }

    @Override
    public InputStream open(String content) throws IOException {
        return object(content);
    }

    private ResponseInputStream<GetObjectResponse> object(String content) throws IOException {
        try {
            return s3.getObject(get -> get.bucket(bucket).key(prefix + content));
        } catch (S3Exception refused) {
            if (refused.statusCode() == NOT_FOUND) {
                throw new NoSuchFileException(content);
            }
            throw new IOException("The attachment store did not give " + content, refused);
        } catch (SdkException silent) {
            throw new IOException("The attachment store did not give " + content, silent);
        }
    }

    @Override
    public void delete(String content) throws IOException {
        try {
            s3.deleteObject(delete -> delete.bucket(bucket).key(prefix + content));
        } catch (SdkException refused) {
            throw new IOException("The attachment store did not delete " + content, refused);
        }
    }

    @Override
    public void close() {
        s3.close();
    }
}
