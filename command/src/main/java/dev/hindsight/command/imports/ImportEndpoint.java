package dev.hindsight.command.imports;

import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.PlainText;
import dev.hindsight.domain.people.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Operators import foreign logs. The edge lets nobody else in. */
@RestController
@RequestMapping("/ops/v1/imports")
public final class ImportEndpoint {

    private static final int LONGEST_NAME = 200;
    private static final long LARGEST_MAPPING_BYTES = 1024 * 1024;

    private final ImportRuns runs;

    public ImportEndpoint(ImportRuns runs) {
        this.runs = runs;
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ResponseEntity<ImportJob> start(
            @RequestParam(required = false) @Nullable MultipartFile file,
            @RequestParam(required = false) @Nullable MultipartFile mapping,
            Caller caller,
            HttpServletRequest request)
            throws IOException {
        MultipartFile log = Given.required("file", file);
        MultipartFile how = Given.required("mapping", mapping);
        if (how.getSize() > LARGEST_MAPPING_BYTES) {
            throw new InvalidRequest("mapping", "must have at most " + LARGEST_MAPPING_BYTES + " bytes");
        }
        ImportJob job = runs.start(log, how.getBytes(), nameOf(how), Calls.of(request, caller));
        return ResponseEntity.status(HttpStatus.ACCEPTED)
                .header("Location", "/ops/v1/imports/" + job.id())
                .body(job);
    }

    private static String nameOf(MultipartFile part) {
        String given = PlainText.repairedLine(String.valueOf(part.getOriginalFilename()));
        String name = given.isEmpty() ? "mapping" : given;
        return name.substring(0, Math.min(LONGEST_NAME, name.length()));
    }

    @GetMapping("/{importId}")
    ImportJob read(@PathVariable String importId) {
        return runs.find(Given.id("importId", importId))
                .orElseThrow(() -> new NotFound("No import of this id runs here or has ended within a day."));
    }
}
