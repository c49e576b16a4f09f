package dev.hindsight.projections.live;

import java.util.List;

/**
 * Some consecutive events that travel through the processor as one message.
 *
 * @param arrivals not empty, in order
 * @param done to be called when they are committed
 */
record Chunk(List<Arrival> arrivals, Runnable done) {}
