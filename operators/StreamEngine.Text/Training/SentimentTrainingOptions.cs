namespace StreamEngine.Text.Training;

/// <summary>How a sentiment model is trained.</summary>
public sealed record SentimentTrainingOptions
{
    /// <summary>The model's name.</summary>
    /// <value>Defaults to "sentiment".</value>
    public string Name { get; init; } = "sentiment";

    /// <summary>The seed of all chance in training. The same seed, data and options give the same weights on the same kind of processor, however many cores it has.</summary>
    /// <value>Defaults to 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>How often training goes through all data.</summary>
    /// <value>Defaults to 5.</value>
    public int Epochs { get; init; } = 5;

    /// <summary>Networks trained side by side, each on its own core, and averaged. 1 to 4.</summary>
    /// <value>Defaults to 4.</value>
    public int Members { get; init; } = 4;

    /// <summary>The share of a text's features that a training step sees; the rest is left out at random, so that no feature may rely on others.</summary>
    /// <value>Defaults to 0.6.</value>
    public float Keep { get; init; } = 0.6f;

    /// <summary>The first learning rate; it falls in a straight line to zero.</summary>
    /// <value>Defaults to 0.15.</value>
    public float LearningRate { get; init; } = 0.15f;

    /// <summary>
    /// The learning rate, relative to the others', of a bias per data set that takes up the set's share of classes and is
    /// thrown away after training.
    /// </summary>
    /// <value>Defaults to 0.1.</value>
    public float SetBiasRate { get; init; } = 0.1f;

    /// <summary>
    /// How far the classes of a set that is no reference are made to count alike: 0 leaves every text its weight, 1 gives
    /// all classes of a set the same sum of weights.
    /// </summary>
    /// <value>Defaults to 0.5.</value>
    public float Balance { get; init; } = 0.5f;

    /// <summary>The same for reference sets (<see cref="LabelledText.IsReference"/>).</summary>
    /// <value>Defaults to 1: a class that is rare in its set is found as readily as the others.</value>
    public float ReferenceBalance { get; init; } = 1;

    /// <summary>How often training then goes through the reference sets alone.</summary>
    /// <value>Defaults to 2.</value>
    public int TuningEpochs { get; init; } = 2;

    /// <summary>The learning rate that this starts with; it falls in a straight line to zero.</summary>
    /// <value>Defaults to 0.1.</value>
    public float TuningRate { get; init; } = 0.1f;

    /// <summary>How often the part that learns from the reference sets' words alone (<see cref="ReferencePart"/>) goes through them.</summary>
    /// <value>Defaults to 10.</value>
    public int ReferenceEpochs { get; init; } = 10;

    /// <summary>How much that part's scores count beside the mean of the networks'.</summary>
    /// <value>Defaults to 0.5.</value>
    public float ReferenceShare { get; init; } = 0.5f;

    /// <summary>In how many texts a word or n-gram must stand to be learned.</summary>
    /// <value>Defaults to 4.</value>
    public int MinTexts { get; init; } = 4;

    /// <summary>The same for word pairs and negated words.</summary>
    /// <value>Defaults to 3.</value>
    public int MinClauseTexts { get; init; } = 3;

    /// <summary>The most words and n-grams kept, by how many texts they stand in. Bounds the model's size at 58 bytes each.</summary>
    /// <value>Defaults to 230,000.</value>
    public int MaxFeatures { get; init; } = 230_000;

    /// <summary>The most pairs and negated words kept, at 8 bytes each.</summary>
    /// <value>Defaults to 450,000.</value>
    public int MaxClauseFeatures { get; init; } = 450_000;

    /// <summary>The day that the model's card names, ISO 8601.</summary>
    /// <value>Defaults to empty.</value>
    public string Trained { get; init; } = "";
}
