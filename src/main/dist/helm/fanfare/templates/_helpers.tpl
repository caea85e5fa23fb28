{{- define "fanfare.name" -}}
{{- if contains "fanfare" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}{{ printf "%s-fanfare" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "fanfare.selector" -}}
app.kubernetes.io/name: fanfare
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "fanfare.labels" -}}
{{ include "fanfare.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "fanfare.secret" -}}
{{ default (include "fanfare.name" .) .Values.secret.name }}
{{- end }}

{{- /* Values that fit the server but not each other. */ -}}
{{- define "fanfare.check" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.cluster.url) -}}
{{- fail (printf "replicas is %d and cluster.url is empty: nodes without a shared log know nothing of each other; set cluster.url to a Redis, or replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.secret.redisPassword (not .Values.cluster.url) -}}
{{- fail "secret.redisPassword is set and cluster.url is empty: set both, or none" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.metrics.enabled) -}}
{{- fail "serviceMonitor.enabled is true and metrics.enabled is false: set both, or only the second" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.enabled is true and ingress.host is empty: name the host" -}}
{{- end -}}
{{- $owned := dict
  "fanfare.auth.key-file" "secret.key"
  "fanfare.cluster.password-file" "secret.redisPassword"
  "fanfare.cluster.url" "cluster.url"
  "fanfare.history.path" "persistence"
  "fanfare.http.drain" "drain.seconds"
  "fanfare.http.drain-delay" "drain.delaySeconds"
  "fanfare.http.host" "none, the container listens on all addresses"
  "fanfare.http.port" "service.port"
  "fanfare.metrics.enabled" "metrics.enabled" -}}
{{- range $key, $value := .Values.config -}}
{{- if hasKey $owned $key -}}
{{- fail (printf "config has %s, which the chart sets itself: use the value %s" $key (get $owned $key)) -}}
{{- end -}}
{{- if not (regexMatch "^fanfare[.][A-Za-z0-9._-]+$" $key) -}}
{{- fail (printf "config has %q: all keys begin with fanfare. and go on in letters, digits, dots, hyphens and underscores" $key) -}}
{{- end -}}
{{- if or (kindIs "map" $value) (kindIs "slice" $value) -}}
{{- fail (printf "config has %s with a %s: give a text, a number or a boolean" $key (kindOf $value)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* A line of the file: a whole number stays one, and a backslash and a line end are escaped. */ -}}
{{- define "fanfare.line" -}}
{{- $text := toString .value -}}
{{- if and (kindIs "float64" .value) (eq .value (floor .value)) -}}{{- $text = printf "%.0f" .value -}}{{- end -}}
{{ .key }}={{ $text | replace "\\" "\\\\" | replace "\n" "\\n" | replace "\r" "\\r" }}
{{- end }}
