package dev.hindsight.domain;

/**
 * An event with which the data key of its stream is destroyed, in the same commit: whatever was sealed in the stream's
 * events before it reads as {@link Personal#ERASED} from then on. Whoever holds something made of these events makes
 * it anew.
 */
public interface ErasesContent extends Event {}
