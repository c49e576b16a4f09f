# Sourced by benchmarks that run in a process of their own, from the root of the tree: compiles the tests of $module (ops)
# and what they need, and defines run, which takes options of the JVM, a class and its arguments. The file $classpath is the
# caller's to remove.
module=${module:-ops}
classpath=$(mktemp)
./mvnw -q -B -pl "$module" -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
# The Java that the build runs on.
. ./.mvn/java25.sh && find_jdk25

run() {
    # shellcheck disable=SC2086
    "$JAVA_HOME/bin/java" -Xmx512m -XX:+UseG1GC --enable-native-access=ALL-UNNAMED -Daxoniq.update-checker.disabled=true \
        -Dhindsight.search-node.home="$PWD/ops/search-node/target/search-node" \
        -Dcommit="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" ${JAVA_OPTIONS:-} \
        -cp "$module/target/test-classes:$module/target/classes:$(cat "$classpath")" "$@"
}
