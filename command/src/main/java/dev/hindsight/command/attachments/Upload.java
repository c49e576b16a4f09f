package dev.hindsight.command.attachments;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.hindsight.command.attachments.AttachmentVault.Sealed;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.ticket.Attachments.Stored;
import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.commons.fileupload2.core.DiskFileItem;
import org.apache.commons.fileupload2.core.DiskFileItemFactory;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletRequestContext;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/** The files of one call, sealed and stored one after the other while they arrive. Used by one thread. */
public final class Upload {

    private static final int LARGEST_PART_HEADER = 8 * 1024;

    private final AttachmentVault vault;
    private final FileRules rules;
    private final UUID ticket;
    private final List<Stored> files = new ArrayList<>();

    public Upload(AttachmentVault vault, FileRules rules, UUID ticket) {
        this.vault = vault;
        this.rules = rules;
        this.ticket = ticket;
    }

    /**
     * Stores every file of a multipart body; where one is refused, none stays.
     *
     * @throws InvalidRequest where the body is no multipart/form-data of files, or a file is of a kind that is not taken
     * @throws dev.hindsight.domain.TooLarge where a file or their number is over a limit
     * @throws IOException where the client goes away
     */
    public List<Stored> receive(HttpServletRequest request) throws IOException {
        boolean whole = false;
        try {
            parse(request);
            whole = true;
        } finally {
            if (!whole) {
                discard();
            }
        }
        return List.copyOf(files);
    }

    /** Deletes what was stored: nothing will refer to it. */
    public void discard() {
        files.forEach(file -> vault.discard(ticket, file.content()));
        files.clear();
    }

    /** Stands for the files in the idempotency key: the multipart body itself has another boundary each time. */
    public byte[] digest() {
        var told = new StringBuilder();
        for (Stored file : files) {
            told.append(file.name()).append('\n').append(file.type()).append('\n');
            told.append(file.plainSha256()).append('\n');
        }
        return told.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void parse(HttpServletRequest request) throws IOException {
        String kind = request.getContentType();
        if (kind == null || !kind.toLowerCase(Locale.ROOT).startsWith(MediaType.MULTIPART_FORM_DATA_VALUE)) {
            throw malformed(); // the parser would take multipart/mixed, too
        }
        var parser = new JakartaServletFileUpload<DiskFileItem, DiskFileItemFactory>();
        parser.setHeaderCharset(StandardCharsets.UTF_8);
        parser.setMaxPartHeaderSize(LARGEST_PART_HEADER);
        Watched body = new Watched(request.getInputStream());
        try {
            FileItemInputIterator parts = parser.getItemIterator(new JakartaServletRequestContext(request) {
                @Override
                public InputStream getInputStream() {
                    return body;
                }
            });
            while (parts.hasNext()) {
                store(parts.next());
            }
        } catch (IOException broken) {
            if (body.failure != null) {
                throw body.failure;
            }
            throw malformed();
        }
        if (files.isEmpty()) {
            throw new InvalidRequest("file", "is required");
        }
    }

    private void store(FileItemInput part) throws IOException {
        String field = part.getFieldName() == null ? "" : part.getFieldName();
        if (part.isFormField() || !(field.equals("file") || field.equals("files"))) {
            throw new InvalidRequest(field, "is unknown; send each file as a part called file");
        } else if (files.size() == rules.mostFiles()) {
            throw rules.tooMany();
        }
        String name = FileRules.name(nameOf(part));
        String type = FileRules.type(part.getContentType());
        rules.check(field, name, type);
        Sealed sealed = vault.seal(ticket, new Bounded(part.getInputStream()));
        files.add(new Stored(
                UuidCreator.getTimeOrderedEpochPlus1(),
                name,
                type,
                sealed.size(),
                sealed.content(),
                sealed.plainSha256(),
                sealed.wrappedKey()));
    }

    /** The parser refuses names with NUL, and tells the rest of them. */
    private static @Nullable String nameOf(FileItemInput part) {
        try {
            return part.getName();
        } catch (InvalidPathException hostile) {
            return hostile.getInput();
        }
    }

    private static InvalidRequest malformed() {
        return new InvalidRequest("", "must be well-formed multipart/form-data that does not end early");
    }

    /** Tells a body that did not arrive, or was cut off by a limit of the edge, from one that the parser does not like. */
    private static final class Watched extends FilterInputStream {
        private @Nullable IOException failure;

        Watched(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException failed) {
                failure = failed;
                throw failed;
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException failed) {
                failure = failed;
                throw failed;
            }
        }
    }

    /** Ends with a refusal at the first byte over the limit. */
    private final class Bounded extends FilterInputStream {
        private long left = rules.largestBytes();

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) {
                count(1);
            }
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = super.read(buffer, offset, length);
            if (n > 0) {
                count(n);
            }
            return n;
        }

        private void count(int n) {
            left -= n;
            if (left < 0) {
                throw rules.tooLarge();
            }
        }
    }
}
