{{- define "streamengine.name" -}}
{{- $name := .Release.Name -}}
{{- if not (contains "streamengine" $name) }}{{ $name = printf "%s-streamengine" $name }}{{ end -}}
{{- $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "streamengine.selector" -}}
app.kubernetes.io/name: streamengine
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "streamengine.labels" -}}
{{ include "streamengine.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Where `run` finds the graph. Brands lie beside its folder, as in deploy/. */}}
{{- define "streamengine.graphFile" -}}
{{- if .Values.graph }}/etc/streamengine/graphs/graph.yaml{{ else }}/app/graphs/brand-sentiment.yaml{{ end -}}
{{- end -}}

{{/* A value as it was written: of numbers Helm would make 1e+06. */}}
{{- define "streamengine.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end -}}
{{- end -}}

{{/* The graph as a map; of the one in the image, what autoscaling asks for. */}}
{{- define "streamengine.graph" -}}
{{- if .Values.graph -}}
{{- $graph := fromYaml .Values.graph -}}
{{- if hasKey $graph "Error" }}{{ fail (printf "'graph' is not YAML: %s" $graph.Error) }}{{ end -}}
{{- toYaml $graph -}}
{{- else -}}
name: brand-sentiment
source: { kafka: { topic: posts } }
{{- end -}}
{{- end -}}

{{/* What autoscaling needs to know and was not told, unless a variable hides it. */}}
{{- define "streamengine.known" -}}
{{- if or (not .value) (contains "${" (toString .value)) }}{{ fail (printf "%s is not in the values: set autoscaling.%s" .what .setting) }}{{ end -}}
{{- .value -}}
{{- end -}}

{{- define "streamengine.consumerGroup" -}}
{{- $graph := include "streamengine.graph" . | fromYaml -}}
{{- $name := get .Values.set "name" | default $graph.name -}}
{{- .Values.autoscaling.consumerGroup | default (printf "%s.ingest" (include "streamengine.known" (dict "value" $name "what" "the graph's name" "setting" "consumerGroup"))) -}}
{{- end -}}

{{- define "streamengine.topic" -}}
{{- $graph := include "streamengine.graph" . | fromYaml -}}
{{- $topic := get .Values.set "source.kafka.topic" | default (dig "source" "kafka" "topic" "" $graph) -}}
{{- include "streamengine.known" (dict "value" (.Values.autoscaling.topic | default $topic) "what" "the source's topic" "setting" "topic") -}}
{{- end -}}

{{- define "streamengine.bootstrapServers" -}}
{{- $servers := .Values.autoscaling.bootstrapServers | default (get .Values.set "source.kafka.brokers") | default (get .Values.env "KAFKA_BOOTSTRAP") -}}
{{- include "streamengine.known" (dict "value" $servers "what" "Kafka's address" "setting" "bootstrapServers") -}}
{{- end -}}
