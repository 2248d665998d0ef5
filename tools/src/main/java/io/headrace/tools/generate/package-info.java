/** Made-up log lines, the same again for the same seed. */
package io.headrace.tools.generate;
