# A Java runtime, 17 or newer: Apache Kafka runs on it, for the tests that need a real broker.
# Where no Kafka is at hand (see deploy/kafka-home.sh) nothing would run on it, so nothing is installed.

java_key() { stat -L -c '%n %s %Y' "$(command -v java)"; }

java_done() {
  local home
  home="$("$repo/deploy/kafka-home.sh")" || exit 1
  [[ -n "$home" ]] || return 0
  command -v java >/dev/null && stamped java "$(java_key)"
}

java_is_new_enough() {
  local version
  command -v java >/dev/null || return 1
  version="$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)"
  [[ "${version:-0}" -ge 17 ]]
}

java_get() {
  if ! java_is_new_enough; then
    local purpose="Java 17 for tests with a real Kafka broker"
    debian_root "$purpose" openjdk-17-jre-headless
    # A Debian that no longer has 17 has a newer one as its default.
    debian_install "$purpose" openjdk-17-jre-headless || debian_install "$purpose" default-jre-headless ||
      debian_refused openjdk-17-jre-headless
    hash -r
    java_is_new_enough || fail "a Java runtime was installed, but the program java is still missing or older than 17; put a Java 17 first in PATH, then try again"
  fi
  stamp java "$(java_key)"
}
