/**
 * Components that are not part of Headrace: {@link io.headrace.engine.plugin.PlugIns} finds their jars and gives each
 * plug-in a class loader, {@link io.headrace.engine.plugin.ClassLookup} finds a component by its class.
 */
package io.headrace.engine.plugin;
