# Sourced by mvnw and hindsight: sets JAVA_HOME to a JDK 25, wherever it is installed, or says what to do.
# Order: JAVA_HOME, the java on PATH, HINDSIGHT_JDK_DIRS, then the places where Linux packages, macOS and SDKMAN put JDKs.

is_jdk25() { # $1: a directory; true when it holds a JDK (not a JRE) of version 25
    [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 1
    if [ -f "$1/release" ]; then
        grep -q '^JAVA_VERSION="25[."]' "$1/release"
    else
        case "$("$1/bin/javac" -version 2>&1)" in "javac 25" | "javac 25."*) return 0 ;; *) return 1 ;; esac
    fi
}

find_jdk25() {
    if [ -n "${JAVA_HOME:-}" ] && is_jdk25 "$JAVA_HOME"; then
        return 0
    fi
    if command -v javac >/dev/null 2>&1; then
        candidate=$(readlink -f "$(command -v javac)")
        candidate=${candidate%/bin/javac}
        if is_jdk25 "$candidate"; then JAVA_HOME=$candidate && export JAVA_HOME && return 0; fi
    fi
    for candidate in ${HINDSIGHT_JDK_DIRS:-} /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/*jdk* \
        "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* "${HOME:-/nonexistent}"/.m2/jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home; do
        if is_jdk25 "$candidate"; then JAVA_HOME=$candidate && export JAVA_HOME && return 0; fi
    done
    echo "Hindsight needs a JDK 25 and found none: install one (for example Eclipse Temurin 25, package temurin-25-jdk) or set JAVA_HOME to it." >&2
    return 1
}
