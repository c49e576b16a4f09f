package dev.hindsight.ops.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Every service of compose.yaml is hardened, and the file is one that compose accepts. */
@SuppressWarnings("unchecked")
class ComposeTest {

    private static final Path ROOT = Path.of(System.getProperty("hindsight.root", ".."));
    private static final Path FILE = ROOT.resolve("compose.yaml");
    private static final Pattern SECRET = Pattern.compile("(?i).*(password|token|secret|master.?key).*");

    private final Map<String, Object> compose;

    ComposeTest() throws IOException {
        compose = new Yaml().load(Files.readString(FILE));
    }

    private Map<String, Map<String, Object>> services() {
        return (Map<String, Map<String, Object>>) Objects.requireNonNull(compose.get("services"));
    }

    @Test
    void theServicesAndProfilesAreThere() {
        assertThat(services().keySet())
                .contains("application", "postgres", "opensearch", "axonserver", "prometheus", "grafana");
        Set<Object> profiles = new HashSet<>();
        services().values().forEach(service -> profiles.addAll(list(service, "profiles")));
        assertThat(profiles).contains("monitoring", "tools");
        assertThat(Set.of("application", "postgres", "opensearch"))
                .as("what a plain up starts")
                .allMatch(name -> list(service(name), "profiles").isEmpty());
    }

    @Test
    void everyServiceIsHardened() {
        services().forEach((name, service) -> {
            assertThat(service.get("read_only")).as(name + " read_only").isEqualTo(true);
            assertThat(list(service, "cap_drop")).as(name + " cap_drop").isEqualTo(List.of("ALL"));
            assertThat(service).as(name).doesNotContainKeys("cap_add", "privileged", "network_mode", "pid", "ipc");
            assertThat(list(service, "security_opt")).as(name).contains("no-new-privileges:true");
            String user = String.valueOf(service.get("user"));
            assertThat(user).as(name + " user").matches("[1-9]\\d*:\\d+");
            assertThat(String.valueOf(service.get("mem_limit")))
                    .as(name + " mem_limit")
                    .matches("\\d+[mg]");
            assertThat(service.get("cpus")).as(name + " cpus").isInstanceOf(Number.class);
            assertThat(service.get("pids_limit")).as(name + " pids_limit").isInstanceOf(Integer.class);
            assertThat(String.valueOf(service.get("image")))
                    .as(name)
                    .contains(":")
                    .doesNotEndWith(":latest");
        });
    }

    @Test
    void everyServiceThatStaysSaysWhetherItIsWell() {
        services().forEach((name, service) -> {
            Map<String, Object> check = (Map<String, Object>) service.get("healthcheck");
            assertThat(check).as(name).isNotNull();
            if (list(service, "profiles").contains("tools")) {
                assertThat(check.get("disable")).isEqualTo(true);
            } else {
                assertThat(list(check, "test").getFirst()).as(name).isEqualTo("CMD");
                assertThat(check).as(name).containsKeys("interval", "timeout", "retries", "start_period");
            }
        });
    }

    @Test
    void secretsAreFilesAndPortsAreTheMachinesOwn() {
        services().forEach((name, service) -> {
            Map<String, Object> environment = (Map<String, Object>) service.getOrDefault("environment", Map.of());
            environment.forEach((key, value) -> {
                if (SECRET.matcher(key).matches()) {
                    assertThat(value.toString())
                            .as("%s %s", name, key)
                            .satisfiesAnyOf(
                                    text -> assertThat(text).startsWith("/run/secrets/"),
                                    text -> assertThat(text).isEqualTo("${HINDSIGHT_TOKEN:-}"));
                }
            });
            for (Object port : list(service, "ports")) {
                assertThat(port.toString()).as(name).contains(":-127.0.0.1:");
            }
            if (!service.containsKey("ports")) {
                assertThat(list(service, "networks")).as(name).isEqualTo(List.of("inside"));
            }
        });
        Map<String, Map<String, Object>> secrets = (Map<String, Map<String, Object>>) compose.get("secrets");
        assertThat(Objects.requireNonNull(secrets).values())
                .allSatisfy(secret -> assertThat(secret).containsOnlyKeys("file"));
        assertThat((Map<String, Map<String, Object>>) compose.get("networks"))
                .hasEntrySatisfying(
                        "inside", net -> assertThat(net.get("internal")).isEqualTo(true));
    }

    @Test
    void everythingThatIsMountedExistsAndVolumesAreDeclared() {
        Map<String, Object> volumes = (Map<String, Object>) Objects.requireNonNull(compose.get("volumes"));
        services().forEach((name, service) -> {
            for (Object volume : list(service, "volumes")) {
                String source = volume.toString().split(":")[0];
                if (source.startsWith("./")) {
                    assertThat(ROOT.resolve(source)).as(name).exists();
                    assertThat(volume.toString()).endsWith(":ro");
                } else if (!source.startsWith("$")) {
                    assertThat(volumes).as(name).containsKey(source);
                }
            }
            if (service.get("build") instanceof Map<?, ?> build) {
                assertThat(ROOT.resolve(String.valueOf(build.get("dockerfile"))))
                        .exists();
            }
        });
    }

    @Test
    void theImageRunsAsNobodyOfNoteAndTellsItsHealth() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("ops/image/Dockerfile"));
        List<String> last = lines.subList(lastIndex(lines, "FROM "), lines.size());
        assertThat(lines.stream().filter(line -> line.startsWith("FROM "))).hasSize(2);
        assertThat(last).anyMatch(line -> line.matches("USER [1-9]\\d*:[1-9]\\d*"));
        assertThat(last).anyMatch(line -> line.startsWith("HEALTHCHECK"));
        assertThat(last.getFirst()).contains("25-jre");
        assertThat(lines).noneMatch(line -> line.matches("(ADD .*|.*(PASSWORD|SECRET|TOKEN)=.*)"));
    }

    @Test
    void composeAcceptsIt() throws Exception {
        List<String> client = client();
        assumeTrue(client != null, "no compose client here");
        var command = new java.util.ArrayList<>(Objects.requireNonNull(client));
        for (String profile : List.of("monitoring", "tools", "axon-server")) {
            command.addAll(List.of("--profile", profile));
        }
        command.addAll(List.of("-f", FILE.toString(), "config"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        Map<String, Object> resolved = new Yaml().load(output);
        assertThat(((Map<String, Object>) Objects.requireNonNull(resolved.get("services"))).keySet())
                .isEqualTo(services().keySet());
    }

    @Test
    void theHealthCheckTellsReadyFromUnreachable() throws Exception {
        dev.hindsight.ops.acceptance.RunningApplication app = dev.hindsight.ops.acceptance.RunningApplication.shared();
        assertThat(healthcheck(java.net.URI.create(app.url("")).getPort())).isZero();
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        assertThat(healthcheck(nobody)).isEqualTo(1);
    }

    private static int healthcheck(int port) throws IOException, InterruptedException {
        ProcessBuilder check = new ProcessBuilder(
                "bash", ROOT.resolve("ops/image/healthcheck.sh").toString());
        check.environment().put("SERVER_PORT", Integer.toString(port));
        check.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = check.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** {@code docker compose}, or the older program of its own; null where there is neither. */
    private static @Nullable List<String> client() throws InterruptedException {
        for (List<String> client : List.of(List.of("docker", "compose"), List.of("docker-compose"))) {
            var version = new java.util.ArrayList<>(client);
            version.add("version");
            try {
                Process process = new ProcessBuilder(version)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    return client;
                }
            } catch (IOException e) {
                // not installed
            }
        }
        return null;
    }

    private static int lastIndex(List<String> lines, String start) {
        int found = 0;
        for (int i = 0; i < lines.size(); i++) {
            found = lines.get(i).startsWith(start) ? i : found;
        }
        return found;
    }

    private Map<String, Object> service(String name) {
        return Objects.requireNonNull(services().get(name));
    }

    private static List<Object> list(Map<String, Object> map, String key) {
        return (List<Object>) map.getOrDefault(key, List.of());
    }
}
