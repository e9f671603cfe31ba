namespace StreamEngine.Core.Runtime;

/// <summary>Something that an operator counts of its own, beside the ledger: of one partition, since its first record where the operator stores it.</summary>
/// <param name="Operator">The operator's id.</param>
/// <param name="What">What is counted, in snake_case.</param>
/// <param name="Count">How often up to the last cut.</param>
public readonly record struct OperatorCount(string Operator, string What, long Count);
