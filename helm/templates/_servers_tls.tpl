{{/* Secret with the certificate of a server of the release, where it speaks TLS. Takes (list root server). */}}
{{- define "sfm.serverTls" -}}
{{- $server := get (index . 0).Values (index . 1) -}}
{{- if $server.enabled -}}{{ $server.tlsSecretName }}{{- end -}}
{{- end -}}

{{/* Its volume and mount in the pod of the server. Take (list root server). */}}
{{- define "sfm.serverTlsVolume" -}}
{{- with include "sfm.serverTls" . -}}
- name: server-tls
  secret:
    secretName: {{ . }}
    # For the group of the pod: PostgreSQL refuses a key that others may read.
    defaultMode: 0640
{{- end }}
{{- end -}}

{{- define "sfm.serverTlsMount" -}}
{{- if include "sfm.serverTls" . -}}
- name: server-tls
  mountPath: /etc/soma/server-tls
  readOnly: true
{{- end }}
{{- end -}}

{{/* Servers whose certificates our pods check against `ca.crt` of a Secret, as setting: {server, secretName}. */}}
{{- define "sfm.serverAuthorities" -}}
{{- $authorities := dict -}}
{{- range $setting, $server := dict "REDIS_TLS_CA" "redis" "QDRANT_TLS_CERT" "qdrant" "KAFKA_SSL_CA_LOCATION" "redpanda" -}}
{{- with include "sfm.serverTls" (list $ $server) -}}{{- $_ := set $authorities $setting (dict "server" $server "secretName" .) -}}{{- end -}}
{{- end -}}
{{- range $setting, $server := dict "POSTGRES_SSL_ROOT_CERT" "postgres" "REDIS_TLS_CA" "redis" "QDRANT_TLS_CERT" "qdrant" "KAFKA_SSL_CA_LOCATION" "kafka" -}}
{{- with get $.Values.tls.authorities $server -}}{{- $_ := set $authorities $setting (dict "server" $server "secretName" .) -}}{{- end -}}
{{- end -}}
{{- toYaml $authorities -}}
{{- end -}}

{{/* How clients talk to the broker: SASL_SSL, SSL, SASL_PLAINTEXT or PLAINTEXT. */}}
{{- define "sfm.brokerProtocol" -}}
{{- if include "sfm.wantsPassword" (list . "redpanda") -}}SASL_{{- end -}}
{{- ternary "SSL" "PLAINTEXT" (not (empty (include "sfm.serverTls" (list . "redpanda")))) -}}
{{- end -}}
