{{/* Whether a server of the release wants a password. Takes (list root server). */}}
{{- define "sfm.wantsPassword" -}}
{{- $root := index . 0 -}}
{{- $server := index . 1 -}}
{{- if and $root.Values.serverPasswords.enabled (get $root.Values $server).enabled -}}true{{- end -}}
{{- end -}}

{{/* Where they are: with a vault in the Secret that it fills, else in one of their own. */}}
{{- define "sfm.passwordSecretName" -}}
{{- $own := ternary .Values.externalSecret.target.name (printf "%s-server-passwords" (include "sfm.fullname" .)) .Values.externalSecret.enabled -}}
{{- .Values.serverPasswords.existingSecret | default $own -}}
{{- end -}}

{{/* Keys of that Secret, which are settings of the service too, for the servers that want one. */}}
{{- define "sfm.passwordKeys" -}}
{{- $keys := list -}}
{{- if include "sfm.wantsPassword" (list . "redis") -}}{{- $keys = append $keys "REDIS_PASSWORD" -}}{{- end -}}
{{- if include "sfm.wantsPassword" (list . "qdrant") -}}{{- $keys = append $keys "QDRANT_API_KEY" -}}{{- end -}}
{{- if include "sfm.wantsPassword" (list . "redpanda") -}}{{- $keys = concat $keys (list "KAFKA_SASL_USERNAME" "KAFKA_SASL_PASSWORD") -}}{{- end -}}
{{- toYaml $keys -}}
{{- end -}}

{{/* A variable from that Secret. Takes (list root variable key). */}}
{{- define "sfm.passwordVariable" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "sfm.passwordSecretName" (index . 0) }}
      key: {{ index . 2 }}
{{- end -}}

{{/* The line with which Kafka's listener knows the user. Kubernetes puts the two variables in. */}}
{{- define "sfm.kafkaUsers" -}}
org.apache.kafka.common.security.plain.PlainLoginModule required user_$(SOMA_BROKER_USER)="$(SOMA_BROKER_PASSWORD)";
{{- end -}}

{{/* Starts Kafka. It wants key and certificate in one file. */}}
{{- define "sfm.kafkaCommand" -}}
{{- if include "sfm.serverTls" (list . "redpanda") -}}
(umask 077 && { cat /etc/soma/server-tls/tls.key; echo; cat /etc/soma/server-tls/tls.crt; } >/tmp/server.pem) || exit 1;
{{ end -}}
for run in /etc/kafka/docker/run /etc/confluent/docker/run; do if [ -x "$run" ]; then exec "$run"; fi; done;
echo 'neither an image of Kafka nor of Confluent: see redpanda.flavor' >&2; exit 1
{{- end -}}
