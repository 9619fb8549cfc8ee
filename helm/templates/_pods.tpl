{{/* What the pods of api, consumer and jobs have in common. Takes the root. */}}
{{- define "sfm.podBasics" -}}
serviceAccountName: {{ include "sfm.serviceAccountName" . }}
automountServiceAccountToken: false
# Variables of Services, such as SOMA_API_PORT=tcp://…, would collide with settings.
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{ include "sfm.placement" . }}
{{- end -}}

{{- define "sfm.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Where api or consumer pods may run. Takes (list root component). */}}
{{- define "sfm.appPlacement" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if $root.Values.topologySpread.enabled }}
topologySpreadConstraints:
  {{- $labels := include "sfm.selectorLabels" . }}
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- $labels | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Annotations of api and consumer pods. */}}
{{- define "sfm.podAnnotations" -}}
{{- $annotations := deepCopy .Values.podAnnotations -}}
{{- if and (include "sfm.writesSecret" .) .Values.secret.rolloutRestart -}}
{{- $_ := set $annotations "checksum/secret" (include "sfm.secretData" . | sha256sum) -}}
{{- end -}}
{{- if .Values.reloader.enabled -}}{{- $_ := set $annotations "reloader.stakater.com/auto" "true" -}}{{- end -}}
{{- with $annotations }}{{ toYaml . }}{{- end -}}
{{- end -}}

{{/* Mounts of every container that runs our image: scratch space and certificates. */}}
{{- define "sfm.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- range .Values.tls.mounts }}
- name: tls-{{ .name }}
  mountPath: {{ .mountPath }}
  readOnly: true
{{- end }}
{{- range include "sfm.serverAuthorities" . | fromYaml }}
- name: authority-{{ .server }}
  mountPath: /etc/soma/authorities/{{ .server }}
  readOnly: true
{{- end }}
{{- end -}}

{{- define "sfm.volumes" -}}
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 128Mi
{{- range .Values.tls.mounts }}
- name: tls-{{ .name }}
  secret:
    secretName: {{ .secretName }}
    optional: {{ .optional | default false }}
{{- end }}
{{- range include "sfm.serverAuthorities" . | fromYaml }}
- name: authority-{{ .server }}
  secret:
    secretName: {{ .secretName }}
    # Not the key of the server or of the authority.
    items: [{ key: ca.crt, path: ca.crt }]
{{- end }}
{{- end -}}

{{/* Holds a pod back until the chart's own servers accept connections. Takes (list root components). */}}
{{- define "sfm.waitForServers" -}}
{{- $root := index . 0 -}}
{{- $addresses := list -}}
{{- range index . 1 -}}
{{- $server := get $root.Values . -}}
{{- if $server.enabled -}}{{- $addresses = append $addresses (printf "%s:%v" (include "sfm.host" (list $root .)) $server.port) -}}{{- end -}}
{{- end -}}
{{- if $addresses }}
initContainers:
  - name: wait-for-servers
    image: {{ include "sfm.image" (list $root.Values.image $root.Values.image $root.Chart) }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    command: [node, /scripts/wait-for-servers.mjs, '300']
    args: {{ toJson $addresses }}
    securityContext:
      {{- toYaml $root.Values.containerSecurityContext | nindent 6 }}
    resources:
      requests:
        cpu: 10m
        memory: 48Mi
      limits:
        cpu: 250m
        memory: 128Mi
    volumeMounts:
      - name: scripts
        mountPath: /scripts
        readOnly: true
{{- end }}
{{- end -}}

{{/* Replicas by hand, unless somebody else counts them. Takes (list isScaled count). */}}
{{- define "sfm.replicas" -}}
{{- if not (index . 0) -}}replicas: {{ index . 1 }}{{- end -}}
{{- end -}}

{{/* HTTP probes of api and consumer. Takes (list root port), and for gRPC readiness its port. */}}
{{- define "sfm.probes" -}}
{{- $probe := (index . 0).Values.probe -}}
{{- $port := index . 1 -}}
startupProbe:
  httpGet:
    path: /healthz
    port: {{ $port }}
  periodSeconds: 5
  timeoutSeconds: {{ $probe.timeoutSeconds }}
  failureThreshold: {{ max 1 (div (add (int $probe.startupSeconds) 4) 5) }}
livenessProbe:
  httpGet:
    path: /healthz
    port: {{ $port }}
  initialDelaySeconds: {{ $probe.initialDelaySeconds }}
  periodSeconds: {{ $probe.periodSeconds }}
  timeoutSeconds: {{ $probe.timeoutSeconds }}
  failureThreshold: {{ $probe.failureThreshold }}
readinessProbe:
  {{- if gt (len .) 2 }}
  grpc:
    port: {{ index . 2 }}
  {{- else }}
  httpGet:
    path: /readyz
    port: {{ $port }}
  {{- end }}
  initialDelaySeconds: {{ $probe.initialDelaySeconds }}
  periodSeconds: {{ $probe.periodSeconds }}
  timeoutSeconds: {{ $probe.timeoutSeconds }}
  failureThreshold: {{ $probe.failureThreshold }}
{{- end -}}
