namespace StreamEngine.Operators;

/// <summary>How many voices there are behind a number of negative posts.</summary>
/// <param name="Negative">Negative posts.</param>
/// <param name="Counted">These as the detector counts them: posts of authors and texts that come again and again count less.</param>
/// <param name="DuplicateShare">Share of posts whose text is a near-copy of another's, 0 to 1.</param>
/// <param name="AuthorShare">Share of posts by the three loudest authors, 0 to 1; 0 where authors are unknown.</param>
internal readonly record struct Voices(long Negative, double Counted, double DuplicateShare, double AuthorShare);

/// <summary>How much posts count that bring nothing new, 0 to 1 each.</summary>
/// <param name="Copy">A near-copy of a text, by another author.</param>
/// <param name="Repeat">A further post of an author.</param>
internal readonly record struct VoiceWeights(double Copy, double Repeat);
