package dev.hindsight.ops.edge;

import io.swagger.v3.core.util.Yaml31;
import io.swagger.v3.oas.models.OpenAPI;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;

/**
 * The contract as {@code /v3/api-docs} shows it: {@code openapi.yaml}, which is written first. That what runs agrees
 * with it is a test's business.
 */
final class Contract {

    private Contract() {}

    /** @throws UncheckedIOException when the build lacks it */
    static OpenAPI read() {
        try (InputStream in = Contract.class.getResourceAsStream("/openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("The build lacks openapi.yaml");
            }
            return Yaml31.mapper().readValue(in, OpenAPI.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GlobalOpenApiCustomizer instead() {
        OpenAPI contract = read();
        return generated -> {
            generated.setOpenapi(contract.getOpenapi());
            generated.setInfo(contract.getInfo());
            generated.setTags(contract.getTags());
            generated.setSecurity(contract.getSecurity());
            generated.setPaths(contract.getPaths());
            generated.setComponents(contract.getComponents());
        };
    }
}
