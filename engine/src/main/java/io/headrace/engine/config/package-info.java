/**
 * From properties files to settings: {@link io.headrace.engine.config.PropertiesFile} keeps the line of each key, {@link
 * io.headrace.engine.config.ConfigurationLoader} checks a whole agent, {@link io.headrace.engine.config.SettingsBinder}
 * reads the settings of one component.
 */
package io.headrace.engine.config;
