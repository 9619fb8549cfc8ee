{{/* Pod of a backup or a restore: `soma backup` of our image. Takes (list root kind arguments). */}}
{{- define "sfm.backupPod" -}}
{{- $root := index . 0 -}}
{{- $isPostgres := eq (index . 1) "postgres" -}}
{{- $backup := $root.Values.backup -}}
{{- $target := printf "s3://%s" $backup.bucket -}}
{{- with $backup.prefix }}{{- $target = printf "%s/%s" $target . -}}{{- end -}}
{{- $programs := $backup.postgres.programsImage -}}
{{- $bringsPrograms := and $isPostgres (not (empty $programs.repository)) -}}
{{- $settings := dict "SOMA_BACKUP_TARGET" $target "AWS_REGION" $backup.region "SOMA_BACKUP_S3_ENDPOINT" $backup.endpoint "SOMA_BACKUP_PUSHGATEWAY_URL" $backup.pushgatewayUrl "SOMA_BACKUP_KEEP_DAYS" (toString (get $backup (index . 1)).retentionDays) -}}
restartPolicy: Never
{{ include "sfm.podBasics" $root }}
{{- if $bringsPrograms }}
initContainers:
  - name: postgres-programs
    image: {{ include "sfm.image" (list $programs $programs $root.Chart) }}
    imagePullPolicy: {{ $programs.pullPolicy }}
    command: [bash, /backup/copy-postgres-programs.sh, /programs]
    securityContext:
      {{- toYaml $root.Values.containerSecurityContext | nindent 6 }}
    resources:
      {{- toYaml $backup.resources | nindent 6 }}
    volumeMounts:
      - name: programs
        mountPath: /programs
      - name: backup-scripts
        mountPath: /backup
        readOnly: true
{{- end }}
containers:
  - name: soma-backup
    image: {{ include "sfm.image" (list $root.Values.image $root.Values.image $root.Chart) }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    {{- if $bringsPrograms }}
    command: [sh, -c, 'PATH="/programs:$PATH" exec node apps/cli/dist/main.js backup "$@"', soma]
    {{- else }}
    command: [node, apps/cli/dist/main.js, backup]
    {{- end }}
    args: {{ toJson (index . 2) }}
    workingDir: /app
    {{- with $backup.credentialsSecret }}
    envFrom:
      - secretRef:
          name: {{ . }}
    {{- end }}
    env:
      {{- include "sfm.env" (list $root $settings (include "sfm.jobSecretKeys" $root | fromYamlArray)) | nindent 6 }}
    securityContext:
      {{- toYaml $root.Values.containerSecurityContext | nindent 6 }}
    resources:
      {{- toYaml $backup.resources | nindent 6 }}
    volumeMounts:
      {{- if $bringsPrograms }}
      - name: programs
        mountPath: /programs
        readOnly: true
      {{- end }}
      {{- include "sfm.volumeMounts" $root | nindent 6 }}
volumes:
  {{- if $bringsPrograms }}
  - name: programs
    emptyDir: {}
  - name: backup-scripts
    configMap:
      name: {{ include "sfm.fullname" $root }}-backup-scripts
  {{- end }}
  {{- include "sfm.volumes" $root | nindent 2 }}
{{- end -}}

{{/* Keys of the Secret for backups and restores: every one, because the settings are checked as a whole, but the token. */}}
{{- define "sfm.jobSecretKeys" -}}
{{- toYaml (without .Values.secret.keys "SOMA_API_TOKEN") -}}
{{- end -}}

{{/* Pod that does after a restore what must be done before the first writer starts. Takes the root. */}}
{{- define "sfm.finishRestorePod" -}}
restartPolicy: Never
{{ include "sfm.podBasics" . }}
containers:
  - name: finish-restore
    image: {{ include "sfm.image" (list .Values.image .Values.image .Chart) }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command: [bash, /scripts/finish-restore.sh]
    workingDir: /app
    env:
      {{- include "sfm.env" (list . dict (include "sfm.jobSecretKeys" . | fromYamlArray)) | nindent 6 }}
    securityContext:
      {{- toYaml .Values.containerSecurityContext | nindent 6 }}
    resources:
      {{- toYaml .Values.backup.resources | nindent 6 }}
    volumeMounts:
      - name: scripts
        mountPath: /scripts
        readOnly: true
      {{- include "sfm.volumeMounts" . | nindent 6 }}
volumes:
  {{- include "sfm.volumes" . | nindent 2 }}
  - name: scripts
    configMap:
      name: {{ include "sfm.fullname" . }}-scripts
{{- end -}}
