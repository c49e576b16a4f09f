package dev.hindsight.ops.edge;

import dev.hindsight.command.attachments.FileRules;
import dev.hindsight.command.desk.ItemProblems;
import dev.hindsight.command.desk.TicketSelection;
import dev.hindsight.command.people.People;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.token.DevelopmentIssuer;
import dev.hindsight.ops.watch.ActiveUsers;
import dev.hindsight.query.tickets.TicketLists;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authorization.AuthorityAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.util.FileSystemUtils;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/** Who may come in, and how the edge answers. */
@Configuration(proxyBeanMethods = false)
public class EdgeConfiguration {

    private static final int SEND_BUFFER_BYTES = 64 * 1024;
    private static final int SHORTEST_SCRAPE_TOKEN = 24;
    /** Requests a minute. */
    private static final int CALLERS_LIMIT = 6_000;

    private static final int ADDRESSES_LIMIT = 600;
    private static final int DEVELOPERS_LIMIT = 1_200_000;
    private static final long BODY_LIMIT_BYTES = 1024 * 1024;
    private static final String METRICS = "/actuator/prometheus";
    private static final String IMPORTS = "/ops/v1/imports";
    private static final Pattern FILES = Pattern.compile("/api/v1/tickets/[^/]+/attachments");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    @Bean
    Problems problems(JsonMapper json) {
        return new Problems(json);
    }

    @Bean
    ProblemHandler problemHandler(Problems problems) {
        return new ProblemHandler(problems);
    }

    @Bean
    ItemProblems itemProblems(ProblemHandler handler) {
        return handler::of;
    }

    @Bean
    TicketSelection ticketSelection(TicketLists lists) {
        return new ListedTickets(lists);
    }

    @Bean
    FilterRegistrationBean<HeaderWriterFilter> safeHeaders() {
        FilterRegistrationBean<HeaderWriterFilter> bean = new FilterRegistrationBean<>(SafeHeaders.filter());
        bean.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return bean;
    }

    /** A developer's own machine is asked by load tests with one token. */
    @Bean
    RateLimits rateLimits(
            @Value("${hindsight.dev:false}") boolean dev,
            @Value("${hindsight.rate-limit.caller}") @Nullable Integer perCaller,
            @Value("${hindsight.rate-limit.address}") @Nullable Integer perAddress) {
        return new RateLimits(
                perCaller == null ? (dev ? DEVELOPERS_LIMIT : CALLERS_LIMIT) : perCaller,
                perAddress == null ? (dev ? DEVELOPERS_LIMIT : ADDRESSES_LIMIT) : perAddress,
                InstantSource.system());
    }

    @Bean
    FilterRegistrationBean<RequestIdFilter> requestIdFilter(@Value("${hindsight.log-requests:false}") boolean logged) {
        FilterRegistrationBean<RequestIdFilter> bean = new FilterRegistrationBean<>(new RequestIdFilter(logged));
        bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return bean;
    }

    @Bean
    FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(
            Problems problems, @Value("${hindsight.body-time-limit}") Duration longest) {
        FilterRegistrationBean<BodyLimitFilter> bean = new FilterRegistrationBean<>(new BodyLimitFilter(
                BODY_LIMIT_BYTES,
                "send less, or large content as an attachment.",
                longest,
                request -> request.getRequestURI().startsWith(IMPORTS) || brings(request, FILES),
                problems));
        bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return bean;
    }

    @Bean
    FilterRegistrationBean<BodyLimitFilter> uploadLimitFilter(
            Problems problems, FileRules rules, @Value("${hindsight.attachments.time-limit}") Duration longest) {
        FilterRegistrationBean<BodyLimitFilter> bean = new FilterRegistrationBean<>(new BodyLimitFilter(
                rules.largestBodyBytes(),
                "send fewer files at once.",
                longest,
                request -> !brings(request, FILES),
                problems));
        bean.setName("uploadLimitFilter"); // two of one class
        bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return bean;
    }

    @Bean
    FilterRegistrationBean<PackedBodyFilter> packedBodyFilter() {
        FilterRegistrationBean<PackedBodyFilter> bean =
                new FilterRegistrationBean<>(new PackedBodyFilter(request -> brings(request, FILES)));
        bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return bean;
    }

    private static boolean brings(HttpServletRequest request, Pattern address) {
        return "POST".equals(request.getMethod())
                && address.matcher(request.getRequestURI()).matches();
    }

    @Bean
    FilterRegistrationBean<MultipartFilter> multipartFilter(Problems problems) {
        FilterRegistrationBean<MultipartFilter> bean = new FilterRegistrationBean<>(new MultipartFilter(
                request -> ("POST".equals(request.getMethod())
                                && request.getRequestURI().equals(IMPORTS))
                        || brings(request, FILES),
                problems));
        bean.setOrder(Ordered.LOWEST_PRECEDENCE);
        return bean;
    }

    /**
     * Uploads lie in a folder of this installation while they are read; what a killed server left there goes at the next
     * start. A data folder serves one server.
     */
    @Bean
    MultipartConfigElement uploads(MultipartProperties properties, @Value("${hindsight.data:data}") Path data)
            throws IOException {
        Path folder = data.toAbsolutePath().resolve("uploads");
        FileSystemUtils.deleteRecursively(folder);
        Files.createDirectories(data);
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        properties.setLocation(folder.toString());
        return properties.createMultipartConfig();
    }

    @Bean
    ErrorAddress errorAddress(Problems problems) {
        return new ErrorAddress(problems);
    }

    /** What Tomcat refuses by itself is told as everything else is; beside Boot's, the innermost valve reports. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTheServer(Problems problems) {
        return factory -> factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new ProblemReportValve(problems)));
    }

    /** Who does not read what is sent is waited for soon, not when megabytes lie in the kernel for each of them. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> smallSendBuffers() {
        return factory -> factory.addConnectorCustomizers(
                connector -> connector.setProperty("socket.txBufSize", Integer.toString(SEND_BUFFER_BYTES)));
    }

    /** What the firewall refuses: methods that no part of HTTP knows, and addresses in disguise. */
    @Bean
    RequestRejectedHandler rejected(Problems problems) {
        List<HttpMethod> known = List.of(HttpMethod.values());
        return (request, response, rejection) -> problems.write(
                request,
                response,
                ProblemHandler.ofStatus(
                        known.contains(HttpMethod.valueOf(request.getMethod()))
                                ? HttpStatus.BAD_REQUEST
                                : HttpStatus.NOT_IMPLEMENTED));
    }

    @Bean
    SecurityFilterChain api(
            HttpSecurity http,
            Problems problems,
            RateLimits limits,
            CallerArgumentResolver callers,
            @Value("${hindsight.metrics.open}") boolean openMetrics) {
        AuthenticationEntryPoint unauthenticated = unauthenticated(problems, limits);
        AccessDeniedHandler denied = (request, response, exception) -> {
            callers.refused(request);
            problems.write(
                    request,
                    response,
                    new Problem(HttpStatus.FORBIDDEN, "FORBIDDEN", "Your token's roles do not allow this call."));
        };
        return http.addFilterAfter(new RateLimitFilter(limits, problems), BearerTokenAuthenticationFilter.class)
                .headers(AbstractHttpConfigurer::disable) // SafeHeaders
                .csrf(AbstractHttpConfigurer::disable) // bearer tokens only: no cookie that a browser would add
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .anonymous(anonymous -> {})
                .authorizeHttpRequests(requests -> requests.requestMatchers(
                                "/actuator/health/**",
                                "/api/version",
                                "/v3/api-docs/**",
                                "/v3/api-docs.yaml",
                                "/swagger-ui.html",
                                "/swagger-ui/**",
                                "/error")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, METRICS)
                        .access(openOrOperator(openMetrics))
                        .requestMatchers(HttpMethod.GET, "/actuator/**")
                        .hasRole(Role.OPERATOR.name())
                        .requestMatchers("/ops/**")
                        .hasRole(Role.OPERATOR.name())
                        .requestMatchers("/api/**")
                        .access(hasSomeRole())
                        .anyRequest()
                        .denyAll())
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtAuthenticationConverter(converter()))
                        .authenticationEntryPoint(unauthenticated)
                        .accessDeniedHandler(denied))
                .exceptionHandling(handling ->
                        handling.authenticationEntryPoint(unauthenticated).accessDeniedHandler(denied))
                .build();
    }

    /**
     * A scraper's own token, for metrics alone: scrapers keep a secret in a file, and rarely know how to ask an OpenID
     * provider for tokens that expire.
     */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain scrapers(HttpSecurity http, @Value("${hindsight.metrics.token}") String token) {
        if (!token.isBlank() && token.strip().length() < SHORTEST_SCRAPE_TOKEN) {
            throw new IllegalStateException("hindsight.metrics.token is too short: make it " + SHORTEST_SCRAPE_TOKEN
                    + " characters or more, and random.");
        }
        byte[] expected = ("Bearer " + token.strip()).getBytes(StandardCharsets.UTF_8);
        return http.securityMatcher(request -> !token.isBlank() && scrapes(request, expected))
                .headers(AbstractHttpConfigurer::disable)
                .csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    private static boolean scrapes(HttpServletRequest request, byte[] expected) {
        String given = request.getHeader(HttpHeaders.AUTHORIZATION);
        return given != null
                && "GET".equals(request.getMethod())
                && METRICS.equals(request.getRequestURI())
                && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
    }

    private static AuthorizationManager<RequestAuthorizationContext> openOrOperator(boolean open) {
        return open
                ? (authentication, context) -> new AuthorizationDecision(true)
                : AuthorityAuthorizationManager.hasRole(Role.OPERATOR.name());
    }

    /** Requests are timed as wholes; a span for each security filter cost more than the filters. */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    private static AuthorizationManager<RequestAuthorizationContext> hasSomeRole() {
        return (authentication, context) -> new AuthorizationDecision(authentication.get() != null
                && authentication.get().getAuthorities().stream()
                        .anyMatch(granted ->
                                String.valueOf(granted.getAuthority()).startsWith("ROLE_")
                                        && !"ROLE_ANONYMOUS".equals(granted.getAuthority())));
    }

    private static JwtAuthenticationConverter converter() {
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(jwt -> Callers.roles(jwt).stream()
                .<GrantedAuthority>map(
                        role -> new SimpleGrantedAuthority("ROLE_" + role.name().toUpperCase(Locale.ROOT)))
                .toList());
        return converter;
    }

    private static AuthenticationEntryPoint unauthenticated(Problems problems, RateLimits limits) {
        BearerTokenAuthenticationEntryPoint challenge = new BearerTokenAuthenticationEntryPoint();
        return (request, response, exception) -> {
            boolean tokenRefused = exception instanceof OAuth2AuthenticationException;
            Problem limited = tokenRefused ? limits.count(request, response) : null; // others were counted on the way
            if (limited != null) {
                problems.write(request, response, limited);
                return;
            }
            challenge.commence(request, response, exception); // sets WWW-Authenticate as RFC 6750 says
            problems.write(
                    request,
                    response,
                    tokenRefused
                            ? new Problem(
                                    HttpStatus.UNAUTHORIZED,
                                    "INVALID_TOKEN",
                                    "The bearer token is malformed, expired, or not from the configured issuer.")
                            : new Problem(
                                    HttpStatus.UNAUTHORIZED,
                                    "UNAUTHENTICATED",
                                    "Send a bearer token in the Authorization header."));
        };
    }

    /** Own tokens in development mode, else the configured issuer's. */
    @Bean
    RememberedTokens jwtDecoder(
            @Value("${hindsight.dev:false}") boolean dev,
            @Value("${hindsight.data:data}") Path data,
            @Value("${hindsight.issuer:}") String issuer,
            @Value("${hindsight.jwk-set-uri:}") String jwkSetUri,
            @Value("${hindsight.audience:}") String audience) {
        if (dev) {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withPublicKey(
                            DevelopmentIssuer.of(data).publicKey())
                    .build();
            return remembering(decoder, DevelopmentIssuer.ISSUER, "");
        }
        if (issuer.isEmpty()) {
            throw new IllegalStateException(
                    "No token issuer: set HINDSIGHT_ISSUER to your OpenID provider, or start with --dev for own tokens.");
        }
        NimbusJwtDecoder decoder = jwkSetUri.isEmpty()
                ? (NimbusJwtDecoder) JwtDecoders.<JwtDecoder>fromIssuerLocation(issuer)
                : NimbusJwtDecoder.withJwkSetUri(jwkSetUri).build();
        return remembering(decoder, issuer, audience);
    }

    private static RememberedTokens remembering(NimbusJwtDecoder decoder, String issuer, String audience) {
        OAuth2TokenValidator<Jwt> validator = withSubject(JwtValidators.createDefaultWithIssuer(issuer), audience);
        decoder.setJwtValidator(validator);
        return new RememberedTokens(decoder, validator);
    }

    private static OAuth2TokenValidator<Jwt> withSubject(OAuth2TokenValidator<Jwt> validator, String audience) {
        return new DelegatingOAuth2TokenValidator<>(
                validator,
                jwt -> jwt.getSubject() == null || jwt.getSubject().isBlank()
                        ? refused("the token names no subject")
                        : OAuth2TokenValidatorResult.success(),
                jwt -> jwt.getExpiresAt() == null
                        ? refused("the token never expires")
                        : OAuth2TokenValidatorResult.success(),
                jwt -> !audience.isEmpty()
                                && (jwt.getAudience() == null
                                        || !jwt.getAudience().contains(audience))
                        ? refused("the token is for another audience")
                        : OAuth2TokenValidatorResult.success());
    }

    private static OAuth2TokenValidatorResult refused(String why) {
        return OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", why, null));
    }

    @Bean
    GlobalOpenApiCustomizer contract() {
        return Contract.instead();
    }

    @Bean
    Callers callers(People people) {
        return new Callers(people::personOf);
    }

    @Bean
    WhoCalls whoCalls(People people, ActiveUsers active) {
        return new WhoCalls(people::find, active);
    }

    @Bean
    CallerArgumentResolver callerArgumentResolver(Callers callers, WhoCalls whoCalls) {
        return new CallerArgumentResolver(callers, whoCalls);
    }

    @Bean
    WebMvcConfigurer callerArguments(CallerArgumentResolver resolver) {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class); // comes from the token, not from the URL
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(resolver);
            }
        };
    }
}
