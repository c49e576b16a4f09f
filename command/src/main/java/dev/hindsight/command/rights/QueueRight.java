package dev.hindsight.command.rights;

/** What somebody who works tickets may do with those of a queue. Each includes the ones before it. */
public enum QueueRight {
    NONE,
    READ,
    WORK;

    public boolean reads() {
        return this != NONE;
    }
}
