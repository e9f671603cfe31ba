namespace StreamEngine.Operators.MLNet;

/// <summary>A saved pipeline cannot be used; the message names the file, what does not fit and what to do.</summary>
public sealed class MLNetPipelineException(string message, Exception? inner = null) : Exception(message, inner);
