import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.strimzi.crdgenerator.annotations.PresentInVersions;
import io.strimzi.crdgenerator.annotations.RequiredInVersions;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Prints what Strimzi's classes accept in version v1, as strict JSON Schema: the kinds whose classes are the arguments, by name. */
public class StrimziSchemas {
  private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  public static void main(String[] classes) throws Exception {
    Map<String, Object> kinds = new TreeMap<>();
    for (String name : classes) {
      Class<?> kind = Class.forName(name);
      Class<?> spec = kind.getMethod("getSpec").getReturnType();
      kinds.put("kafka.strimzi.io/v1/" + kind.getSimpleName(), Map.of(
          "type", "object",
          "required", List.of("apiVersion", "kind", "metadata", "spec"),
          "additionalProperties", false,
          "properties", Map.of(
              "apiVersion", Map.of("type", "string"),
              "kind", Map.of("type", "string"),
              "metadata", Map.of("type", "object"),
              "spec", schema(MAPPER.constructType(spec)))));
    }
    System.out.println(MAPPER.writeValueAsString(kinds));
  }

  private static Map<String, Object> schema(JavaType type) {
    Class<?> raw = type.getRawClass();
    if (raw.isEnum()) return Map.of("enum", Arrays.stream(raw.getEnumConstants()).map(one -> MAPPER.convertValue(one, String.class)).toList());
    if (type.isCollectionLikeType()) return Map.of("type", "array", "items", schema(type.getContentType()));
    if (raw == String.class) return Map.of("type", "string");
    if (raw == boolean.class || raw == Boolean.class) return Map.of("type", "boolean");
    if (raw == int.class || raw == long.class || raw == Integer.class || raw == Long.class) return Map.of("type", "integer");
    if (type.isMapLikeType()) return Map.of("type", "object");
    // What Kubernetes itself defines is looked at no further.
    if (!raw.getName().startsWith("io.strimzi.")) return Map.of();
    var annotated = MAPPER.getDeserializationConfig().introspectClassAnnotations(type).getClassInfo();
    var subtypes = MAPPER.getDeserializationConfig().getAnnotationIntrospector().findSubtypes(annotated);
    if (subtypes == null || subtypes.isEmpty()) return bean(type, null);
    return Map.of("oneOf", subtypes.stream().map(one -> bean(MAPPER.constructType(one.getType()), one.getName())).toList());
  }

  private static Map<String, Object> bean(JavaType type, String name) {
    Map<String, Object> properties = new TreeMap<>();
    List<String> required = new ArrayList<>();
    for (BeanPropertyDefinition property : MAPPER.getSerializationConfig().introspect(type).findProperties()) {
      if (!isInV1(property, PresentInVersions.class, true)) continue;
      properties.put(property.getName(), schema(property.getPrimaryType()));
      if (isInV1(property, RequiredInVersions.class, false)) required.add(property.getName());
    }
    if (name != null) {
      properties.put("type", Map.of("const", name));
      required.add("type");
    }
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "object", "additionalProperties", false, "properties", properties));
    if (!required.isEmpty()) schema.put("required", required.stream().distinct().toList());
    return schema;
  }

  /** Whether a property's annotation names v1, as `v1` or in a range such as `v1beta2-v1` and `v1+`. */
  private static boolean isInV1(BeanPropertyDefinition property, Class<? extends java.lang.annotation.Annotation> annotation, boolean otherwise) {
    return Stream.of(property.getGetter(), property.getField())
        .filter(member -> member != null)
        .map(member -> ((AnnotatedElement) member.getAnnotated()).getAnnotation(annotation))
        .filter(found -> found != null)
        .map(found -> found instanceof PresentInVersions present ? present.value() : ((RequiredInVersions) found).value())
        .map(versions -> versions.equals("v1") || versions.endsWith("-v1") || versions.endsWith("+"))
        .findFirst()
        .orElse(otherwise);
  }
}
