package dev.hindsight.ops.edge;

import com.github.f4b6a3.uuid.UuidCreator;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What was refused before it came to a controller (by the firewall, for addresses and methods that no honest client
 * sends) is told as a problem too. Asked for directly, there is nothing here.
 */
@RestController
class ErrorAddress implements ErrorController {

    private final Problems problems;

    ErrorAddress(Problems problems) {
        this.problems = problems;
    }

    @RequestMapping("${server.error.path:${error.path:/error}}")
    ResponseEntity<Object> error(HttpServletRequest request) {
        if (RequestIdFilter.of(request) == null) { // refused before the filters
            request.setAttribute(
                    RequestIdFilter.ATTRIBUTE, UuidCreator.getTimeOrderedEpoch().toString());
        }
        HttpStatus status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? HttpStatus.resolve(code)
                : HttpStatus.NOT_FOUND;
        return problems.answer(
                request, ProblemHandler.ofStatus(status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status));
    }
}
