package dev.hindsight.command.desk;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;

/** Tells what failed for one ticket of several in the words in which a call of its own would. Safe for concurrent use. */
@FunctionalInterface
public interface ItemProblems {

    /** @return status and body as the call for this ticket alone would answer them */
    ResponseEntity<Object> of(RuntimeException thrown, HttpServletRequest request);
}
