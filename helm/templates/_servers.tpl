{{/* Security context of a server's pod: its image's own user. Takes the user's id. */}}
{{- define "sfm.serverPodSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Security context of a server's container. Takes whether its root filesystem is read-only. */}}
{{- define "sfm.serverSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: {{ . }}
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Head of a server's Deployment. One pod, never two on one volume. Takes (list root component). */}}
{{- define "sfm.serverHead" -}}
{{- $root := index . 0 -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "sfm.fullname" $root }}-{{ index . 1 }}
  labels:
    {{- include "sfm.labels" . | nindent 4 }}
{{- end -}}

{{/* Takes (list root component). */}}
{{- define "sfm.serverSpec" -}}
replicas: 1
revisionHistoryLimit: 3
strategy:
  type: Recreate
selector:
  matchLabels:
    {{- include "sfm.selectorLabels" . | nindent 4 }}
{{- end -}}

{{/* Pod settings of a server. Takes (list root user). */}}
{{- define "sfm.serverPod" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "sfm.serverPodSecurity" (index . 1) | nindent 2 }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{ include "sfm.placement" $root }}
{{- end -}}

{{/* Where a server keeps its data. Takes (list root component claimSuffix). */}}
{{- define "sfm.dataVolume" -}}
{{- $root := index . 0 -}}
- name: data
{{- if (get $root.Values (index . 1)).persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ include "sfm.fullname" $root }}-{{ index . 1 }}-{{ index . 2 }}
{{- else }}
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* Takes (list root component claimSuffix). */}}
{{- define "sfm.claim" -}}
{{- $root := index . 0 -}}
{{- $persistence := (get $root.Values (index . 1)).persistence -}}
{{- if $persistence.enabled }}
{{- $name := printf "%s-%s-%s" (include "sfm.fullname" $root) (index . 1) (index . 2) }}
{{- /* A claim keeps the class it was made with: Kubernetes refuses another one, and none, and the upgrade would fail half-way. */}}
{{- $present := default dict (default dict (lookup "v1" "PersistentVolumeClaim" $root.Release.Namespace $name)).spec }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ $name }}
  labels:
    {{- include "sfm.labels" (list $root (index . 1)) | nindent 4 }}
  {{- if $persistence.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
spec:
  accessModes: [ReadWriteOnce]
  {{- with $present.storageClassName | default $persistence.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ $persistence.size }}
{{- end }}
{{- end -}}

{{/* Takes (list root component ports), ports a list of (list name port). */}}
{{- define "sfm.serverService" }}
---
{{- $root := index . 0 }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "sfm.fullname" $root }}-{{ index . 1 }}
  labels:
    {{- include "sfm.labels" (list $root (index . 1)) | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "sfm.selectorLabels" (list $root (index . 1)) | nindent 4 }}
  ports:
    {{- range index . 2 }}
    - name: {{ index . 0 }}
      port: {{ index . 1 }}
      targetPort: {{ index . 0 }}
      protocol: TCP
    {{- end }}
{{- end -}}

{{/* Whether the broker is Kafka or Redpanda. */}}
{{- define "sfm.brokerFlavor" -}}
{{- .Values.redpanda.flavor | default (ternary "redpanda" "kafka" (contains "redpanda" .Values.redpanda.image.repository)) -}}
{{- end -}}
