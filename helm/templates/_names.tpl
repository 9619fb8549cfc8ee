{{/* Name of every object: <release>-somafractalmemory. */}}
{{- define "sfm.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%s-%s" .Release.Name .Chart.Name) | trunc 44 | trimSuffix "-" -}}
{{- end -}}

{{- define "sfm.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "sfm.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{/* Labels that never change, because selectors are immutable. Takes (list root component). */}}
{{- define "sfm.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of a pod: none that changes with the chart, or every release would restart the servers. Takes (list root component). */}}
{{- define "sfm.podLabels" -}}
{{ include "sfm.selectorLabels" . }}
app.kubernetes.io/part-of: {{ (index . 0).Chart.Name }}
{{- end -}}

{{/* Labels of an object. Takes (list root component). */}}
{{- define "sfm.labels" -}}
{{- $root := index . 0 -}}
{{ include "sfm.selectorLabels" . }}
app.kubernetes.io/part-of: {{ $root.Chart.Name }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.clusterName }}
cluster: {{ . }}
{{- end }}
{{- end -}}

{{/* DNS name of a Service of the release. Takes (list root component). */}}
{{- define "sfm.host" -}}
{{- $root := index . 0 -}}
{{ include "sfm.fullname" $root }}-{{ index . 1 }}.{{ $root.Release.Namespace }}.svc.{{ $root.Values.clusterDomain }}
{{- end -}}

{{/* repository:tag or repository@digest. Takes (list image fallbackImage chart). */}}
{{- define "sfm.image" -}}
{{- $image := index . 0 -}}
{{- $fallback := index . 1 -}}
{{- $repository := $image.repository | default $fallback.repository -}}
{{- $digest := $image.digest | default (ternary "" $fallback.digest (or (not (empty $image.tag)) (not (empty $image.repository)))) -}}
{{- $tag := $image.tag | default $fallback.tag | default (printf "v%s" (index . 2).AppVersion) -}}
{{- if $digest -}}{{ $repository }}@{{ $digest }}{{- else -}}{{ $repository }}:{{ $tag }}{{- end -}}
{{- end -}}
