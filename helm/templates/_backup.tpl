{{/* Environment for rclone. Takes (list root prefix). */}}
{{- define "sfm.storeEnv" -}}
{{- $backup := (index . 0).Values.backup -}}
- name: HOME
  value: /tmp
- name: WORK_DIR
  value: /work
- name: STORE_PATH
  value: {{ printf "store:%s/%s" $backup.bucket (index . 1) | quote }}
- name: RCLONE_CONFIG_STORE_TYPE
  value: s3
- name: RCLONE_CONFIG_STORE_PROVIDER
  value: {{ $backup.provider | quote }}
- name: RCLONE_CONFIG_STORE_ENV_AUTH
  value: 'true'
- name: RCLONE_CONFIG_STORE_REGION
  value: {{ $backup.region | quote }}
{{- with $backup.endpoint }}
- name: RCLONE_CONFIG_STORE_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* A container that copies between /work and the storage. Takes (list root script prefix extraEnv). */}}
{{- define "sfm.storeContainer" -}}
{{- $root := index . 0 -}}
- name: {{ trimSuffix ".sh" (index . 1) }}
  image: {{ include "sfm.image" (list $root.Values.backup.image $root.Values.backup.image $root.Chart) }}
  imagePullPolicy: {{ $root.Values.backup.image.pullPolicy }}
  command: [sh, /backup/{{ index . 1 }}]
  envFrom:
    - secretRef:
        name: {{ $root.Values.backup.credentialsSecret }}
  env:
    {{- include "sfm.storeEnv" (list $root (index . 2)) | nindent 4 }}
    {{- range $name, $value := index . 3 }}
    - name: {{ $name }}
      value: {{ $value | toString | quote }}
    {{- end }}
  {{- include "sfm.backupContainer" $root | nindent 2 }}
{{- end -}}

{{/* A container that reads or writes a server. Takes (list root server script). */}}
{{- define "sfm.serverTool" -}}
{{- $root := index . 0 -}}
{{- $isPostgres := eq (index . 1) "postgres" -}}
{{- $image := ternary $root.Values.postgres.image $root.Values.image $isPostgres -}}
- name: {{ index . 2 | trimSuffix ".sh" | trimSuffix ".mjs" }}
  image: {{ include "sfm.image" (list $image $image $root.Chart) }}
  imagePullPolicy: {{ $image.pullPolicy }}
  command: [{{ ternary "bash" "node" $isPostgres }}, /backup/{{ index . 2 }}]
  env:
    - name: WORK_DIR
      value: /work
    {{- $key := ternary "POSTGRES_URL" "QDRANT_URL" $isPostgres }}
    {{- with get $root.Values.env $key }}
    - name: {{ $key }}
      value: {{ . | quote }}
    {{- else }}
    - name: {{ $key }}
      valueFrom:
        secretKeyRef:
          name: {{ include "sfm.secretName" $root }}
          key: {{ $key }}
    {{- end }}
    {{- range $name, $value := ternary (dict "PGSSLROOTCERT" $root.Values.env.POSTGRES_SSL_ROOT_CERT "PGSSLCERT" $root.Values.env.POSTGRES_SSL_CERT "PGSSLKEY" $root.Values.env.POSTGRES_SSL_KEY) (dict "NODE_EXTRA_CA_CERTS" $root.Values.env.QDRANT_TLS_CERT) $isPostgres }}
    {{- with $value }}
    - name: {{ $name }}
      value: {{ . | quote }}
    {{- end }}
    {{- end }}
  {{- include "sfm.backupContainer" $root | nindent 2 }}
{{- end -}}

{{- define "sfm.backupContainer" -}}
securityContext:
  {{- toYaml .Values.containerSecurityContext | nindent 2 }}
resources:
  {{- toYaml .Values.backup.resources | nindent 2 }}
volumeMounts:
  - name: work
    mountPath: /work
  - name: backup-scripts
    mountPath: /backup
    readOnly: true
  {{- include "sfm.volumeMounts" . | nindent 2 }}
{{- end -}}

{{- define "sfm.backupVolumes" -}}
- name: work
  emptyDir:
    sizeLimit: {{ .Values.backup.workSize }}
- name: backup-scripts
  configMap:
    name: {{ include "sfm.fullname" . }}-backup-scripts
{{ include "sfm.volumes" . }}
{{- end -}}
