{{/* Settings of a process: `env`, overridden by the second argument. Takes (list root overrides). */}}
{{- define "sfm.settings" -}}
{{- $root := index . 0 -}}
{{- $settings := mergeOverwrite (deepCopy $root.Values.env) (index . 1) -}}
{{- if $settings.UVICORN_PORT -}}{{- $_ := unset $settings "SOMA_API_PORT" -}}{{- end -}}
{{- if $settings.UVICORN_WORKERS -}}{{- $_ := unset $settings "SOMA_WORKERS" -}}{{- end -}}
{{- $_ := set $settings "SOMA_GRPC_ENABLED" (toString $root.Values.grpc.enabled) -}}
{{- if $root.Values.grpc.enabled -}}{{- $_ := set $settings "SOMA_GRPC_PORT" (toString $root.Values.grpc.port) -}}{{- end -}}
{{- $protocol := include "sfm.brokerProtocol" $root -}}
{{- if and $root.Values.redpanda.enabled (ne $protocol "PLAINTEXT") (empty $settings.KAFKA_SECURITY_PROTOCOL) -}}
{{- $_ := set $settings "KAFKA_SECURITY_PROTOCOL" $protocol -}}
{{- if hasPrefix "SASL_" $protocol -}}
{{- $_ := set $settings "KAFKA_SASL_MECHANISM" (ternary "SCRAM-SHA-256" "PLAIN" (eq (include "sfm.brokerFlavor" $root) "redpanda")) -}}
{{- end -}}
{{- end -}}
{{- range $setting, $authority := include "sfm.serverAuthorities" $root | fromYaml -}}
{{- if empty (get $settings $setting) -}}{{- $_ := set $settings $setting (printf "/etc/soma/authorities/%s/ca.crt" $authority.server) -}}{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* Whether events are published; the words are those of the service. */}}
{{- define "sfm.eventing" -}}
{{- if has (.Values.env.EVENTING_ENABLED | toString | lower) (list "1" "true" "yes" "on") -}}true{{- end -}}
{{- end -}}

{{/* Port on which the api listens in its pod. */}}
{{- define "sfm.apiPort" -}}
{{- .Values.env.UVICORN_PORT | default .Values.env.SOMA_API_PORT | default "9595" -}}
{{- end -}}

{{/* Name of the Secret that the pods read. */}}
{{- define "sfm.secretName" -}}
{{- if .Values.secret.existingSecret -}}{{ .Values.secret.existingSecret }}
{{- else if .Values.externalSecret.enabled -}}{{ .Values.externalSecret.target.name }}
{{- else -}}{{ .Values.secret.name | default (printf "%s-secrets" (include "sfm.fullname" .)) }}
{{- end -}}
{{- end -}}

{{/* Whether the chart writes the Secret itself. */}}
{{- define "sfm.writesSecret" -}}
{{- if and .Values.secret.enabled (not .Values.secret.existingSecret) (not .Values.externalSecret.enabled) -}}true{{- end -}}
{{- end -}}

{{/* What a key of the Secret holds in the cluster; empty when there is none. Takes (list root key). */}}
{{- define "sfm.presentValue" -}}
{{- $root := index . 0 -}}
{{- $present := lookup "v1" "Secret" $root.Release.Namespace (include "sfm.secretName" $root) -}}
{{- get (default dict (default dict $present).data) (index . 1) | b64dec -}}
{{- end -}}

{{/* A random word that stays: from the Secret in the cluster, else made once per rendering. Takes (list root key length). */}}
{{- define "sfm.keptRandom" -}}
{{- $root := index . 0 -}}
{{- $key := index . 1 -}}
{{- if not (hasKey $root.Values "keptRandom") -}}{{- $_ := set $root.Values "keptRandom" dict -}}{{- end -}}
{{- if not (hasKey $root.Values.keptRandom $key) -}}
{{- $_ := set $root.Values.keptRandom $key (include "sfm.presentValue" (list $root $key) | default (randAlphaNum 32)) -}}
{{- end -}}
{{- get $root.Values.keptRandom $key -}}
{{- end -}}

{{/* What the chart's Secret holds, as YAML of strings. Keys without a value are left out. */}}
{{- define "sfm.secretData" -}}
{{- $data := deepCopy .Values.secret.data -}}
{{- if not $data.SOMA_API_TOKEN -}}{{- $_ := set $data "SOMA_API_TOKEN" (include "sfm.keptRandom" (list . "SOMA_API_TOKEN")) -}}{{- end -}}
{{- if and .Values.postgres.enabled (not $data.POSTGRES_URL) -}}
{{- $password := include "sfm.keptRandom" (list . "POSTGRES_PASSWORD") -}}
{{- $_ := set $data "POSTGRES_PASSWORD" $password -}}
{{- $mode := ternary "require" "disable" (not (empty .Values.postgres.tlsSecretName)) -}}
{{- $_ := set $data "POSTGRES_URL" (printf "postgresql://soma:%s@%s:%v/%s?sslmode=%s" $password (include "sfm.host" (list . "postgres")) .Values.postgres.port .Values.postgres.database $mode) -}}
{{- else -}}
{{- /* A volume of the chart's PostgreSQL may have stayed, and it knows no other password. */ -}}
{{- with include "sfm.presentValue" (list . "POSTGRES_PASSWORD") -}}{{- $_ := set $data "POSTGRES_PASSWORD" . -}}{{- end -}}
{{- end -}}
{{- if and .Values.redis.enabled (not $data.REDIS_URL) -}}
{{- $_ := set $data "REDIS_URL" (printf "%s://%s:%v/0" (ternary "rediss" "redis" (not (empty .Values.redis.tlsSecretName))) (include "sfm.host" (list . "redis")) .Values.redis.port) -}}
{{- end -}}
{{- if and .Values.qdrant.enabled (not $data.QDRANT_URL) -}}
{{- $_ := set $data "QDRANT_URL" (printf "%s://%s:%v" (ternary "https" "http" (not (empty .Values.qdrant.tlsSecretName))) (include "sfm.host" (list . "qdrant")) .Values.qdrant.port) -}}
{{- end -}}
{{- if and .Values.redpanda.enabled (not $data.KAFKA_BOOTSTRAP_SERVERS) -}}
{{- $_ := set $data "KAFKA_BOOTSTRAP_SERVERS" (printf "%s:%v" (include "sfm.host" (list . "redpanda")) .Values.redpanda.port) -}}
{{- end -}}
{{- $given := dict -}}
{{- range $key, $value := $data -}}{{- if $value -}}{{- $_ := set $given $key (toString $value) -}}{{- end -}}{{- end -}}
{{- toYaml $given -}}
{{- end -}}

{{/* Variables from Secrets that others make. They come first: Kubernetes puts them into what is named after them. Takes (list root settings). */}}
{{- define "sfm.secretEnv" -}}
{{- $settings := index . 1 -}}
{{- range $name, $from := (index . 0).Values.secretEnv }}
{{- if empty (get $settings $name) }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.name }}
      key: {{ $from.key }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether a setting comes from elsewhere than the Secret of the release. Takes (list root name). */}}
{{- define "sfm.isGiven" -}}
{{- $values := (index . 0).Values -}}
{{- $name := index . 1 -}}
{{- $isExtra := false -}}
{{- range $values.extraEnv -}}{{- if eq .name $name -}}{{- $isExtra = true -}}{{- end -}}{{- end -}}
{{- if or (get $values.env $name) (hasKey $values.secretEnv $name) $isExtra -}}true{{- end -}}
{{- end -}}

{{/* The environment of a process. Takes (list root overrides secretKeys). */}}
{{- define "sfm.env" -}}
{{- $root := index . 0 -}}
{{- $settings := include "sfm.settings" (list $root (index . 1)) | fromYaml -}}
{{- $secretName := include "sfm.secretName" $root -}}
{{- include "sfm.secretEnv" (list $root $settings) }}
{{- range $name, $value := $settings }}
{{- if and (not (kindIs "invalid" $value)) (ne (toString $value) "") }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- $passwords := list -}}
{{- range include "sfm.passwordKeys" $root | fromYamlArray -}}
{{- if not (or (get $settings .) (hasKey $root.Values.secretEnv .)) -}}{{- $passwords = append $passwords . -}}{{- end -}}
{{- end -}}
{{- range $passwords }}
{{ include "sfm.passwordVariable" (list $root . .) }}
{{- end }}
{{- range index . 2 }}
{{- if not (or (get $settings .) (has . $passwords) (include "sfm.isGiven" (list $root .))) }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $secretName }}
      key: {{ . }}
      {{- if not (has . (list "SOMA_API_TOKEN" "POSTGRES_URL")) }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- with $root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Keys of the Secret that the consumer gets: no token, it answers nobody. */}}
{{- define "sfm.consumerSecretKeys" -}}
{{- $keys := .Values.consumer.secretKeys | default (without .Values.secret.keys "SOMA_API_TOKEN") -}}
{{- toYaml $keys -}}
{{- end -}}

{{/* Drain time of a process in whole seconds. Takes (list root overrides). */}}
{{- define "sfm.drainSeconds" -}}
{{- $settings := include "sfm.settings" . | fromYaml -}}
{{- $settings.SOMA_SHUTDOWN_TIMEOUT_SECONDS | default $settings.UVICORN_TIMEOUT_GRACEFUL | default "10" | toString | float64 | ceil | int -}}
{{- end -}}

{{/* Seconds until a pod is killed. Takes (list root overrides). */}}
{{- define "sfm.graceSeconds" -}}
{{- $root := index . 0 -}}
{{- $needed := add (int (include "sfm.drainSeconds" .)) (int $root.Values.preStopSeconds) -}}
{{- $given := $root.Values.terminationGracePeriodSeconds -}}
{{- if and $given (le (int $given) (int $needed)) -}}
{{- fail (printf "terminationGracePeriodSeconds (%d) must be longer than draining takes (%d s): see SOMA_SHUTDOWN_TIMEOUT_SECONDS and preStopSeconds" (int $given) $needed) -}}
{{- end -}}
{{- $given | default (add $needed 10) -}}
{{- end -}}
