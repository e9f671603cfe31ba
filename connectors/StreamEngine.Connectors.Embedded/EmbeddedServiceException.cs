namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// An embedded service cannot start or go on for a reason that its user can mend:
/// the message says in one line what is wrong and what to do.
/// </summary>
public sealed class EmbeddedServiceException : Exception
{
    /// <summary>Creates the exception.</summary>
    public EmbeddedServiceException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public EmbeddedServiceException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <summary>Creates the exception without a message.</summary>
    public EmbeddedServiceException()
    {
    }
}
