package dev.hindsight.projections.live;

/**
 * A table of a model, and which of its rows belong to which stream.
 *
 * @param name of the template in schema {@code readmodel}
 * @param prefix what the name of the stream has before the value of {@code key}
 * @param key column that holds the rest of the stream's name
 * @param position column that holds the position of the event that made the row what it is
 * @param head the table that has rows of every stream, the newest among them, under {@code headKey}; may be this one
 * @param headKey as {@code key}, of the head table
 */
public record StreamTable(String name, String prefix, String key, String position, String head, String headKey) {

    /** The stream of a row. */
    public String stream(String keyValue) {
        return prefix + keyValue;
    }
}
