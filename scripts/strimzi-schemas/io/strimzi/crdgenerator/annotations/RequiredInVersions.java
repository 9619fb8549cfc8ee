package io.strimzi.crdgenerator.annotations;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** As Strimzi's classes carry it; the artifact that declares it is in no registry, and Java forgets what is undeclared. */
@Retention(RetentionPolicy.RUNTIME)
public @interface RequiredInVersions {
  String value();
}
