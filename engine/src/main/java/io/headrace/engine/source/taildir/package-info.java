/**
 * The source {@code TAILDIR}: follows text files by pattern and makes one event of each line.
 *
 * <p>How data flows: {@link io.headrace.engine.source.taildir.TaildirSource} is polled; its {@code FileCatalog} lists
 * the folders ({@code FileGroup}) and keeps one {@code TailedFile} for each inode, known to the channels by an id from
 * the {@code InputRegistry}; {@code LineFramer} reads a file through a {@code BlockReader}, finds line feeds with {@code
 * LineFeeds}, and puts frames. {@code PositionFile} is Flume's file of positions, kept up to date.
 */
package io.headrace.engine.source.taildir;
