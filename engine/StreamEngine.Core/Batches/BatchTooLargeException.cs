namespace StreamEngine.Core.Batches;

/// <summary>A batch cannot hold what is to be put into it.</summary>
public sealed class BatchTooLargeException(string message) : Exception(message);
