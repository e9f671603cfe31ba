using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Operators.MLNet;

/// <summary>A pipeline that ML.NET saved: its transformer, the columns it reads, and what its classifier's labels mean. Shared by threads.</summary>
internal sealed class MLNetPipeline
{
    private readonly string _path;

    private MLNetPipeline(string path, ITransformer transformer, DataViewSchema input, MLNetClassMap? map)
    {
        (_path, Transformer, Input) = (path, transformer, input);
        var output = transformer.GetOutputSchema(input);
        Score = output.GetColumnOrNull("Score") ?? throw new MLNetPipelineException($"{path}: the pipeline gives no column Score: it does not end in a classifier");
        IsBinary = Score.Type is not VectorDataViewType;
        Probability = IsBinary ? output.GetColumnOrNull("Probability") : null;
        if (IsBinary && output.GetColumnOrNull("PredictedLabel")?.Type is not BooleanDataViewType)
        {
            throw new MLNetPipelineException($"{path}: the pipeline gives one score and no label: it is no classifier");
        }

        var labels = IsBinary ? ["False", "True"] : LabelsOf(output);
        try
        {
            Classes = (map ?? MLNetClassMap.Infer(labels) ?? throw new ArgumentException($"the labels {string.Join(", ", labels)} do not tell their classes; give them in option 'classes'")).For(labels, path);
        }
        catch (ArgumentException error)
        {
            throw new MLNetPipelineException($"{path}: {error.Message}", error);
        }
    }

    public ITransformer Transformer { get; }

    /// <summary>The columns that the model was trained on, needed or not.</summary>
    public DataViewSchema Input { get; }

    public DataViewSchema.Column Score { get; }

    public DataViewSchema.Column? Probability { get; }

    public bool IsBinary { get; }

    /// <summary>The class of each label, in the order of scores.</summary>
    public MLNetSentiment[] Classes { get; }

    /// <summary>Loads the pipeline that options name.</summary>
    /// <exception cref="MLNetPipelineException">It cannot be loaded or is no classifier.</exception>
    public static MLNetPipeline Load(OptionSet options)
    {
        var path = options.Get(MLNetDefinition.Model);
        try
        {
            var classes = options.Get(MLNetDefinition.Classes);
            var map = classes.IsEmpty ? null : new MLNetClassMap(classes);
            var transformer = new MLContext().Model.Load(path, out var input);
            return new MLNetPipeline(path, transformer, input ?? throw new MLNetPipelineException($"{path}: the file does not say which columns the model reads; save it with the schema of its training data"), map);
        }
        catch (Exception error) when (error is not (MLNetPipelineException or OutOfMemoryException))
        {
            throw new MLNetPipelineException($"{path}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Which column of a batch fills each input, by position; -1 where none does and the model asks for none.</summary>
    /// <exception cref="MLNetPipelineException">The model asks for a column that none fills, or a type does not fit.</exception>
    public int[] Bind(BatchSchema batch, ImmutableDictionary<string, string> inputs)
    {
        if (inputs.Keys.FirstOrDefault(name => Input.GetColumnOrNull(name) is null) is { } unknown)
        {
            throw new MLNetPipelineException($"{_path}: the model has no input '{unknown}'; its inputs are {string.Join(", ", Input.Select(c => $"{c.Name} ({c.Type})"))}");
        }

        var texts = Input.Where(column => column.Type is TextDataViewType).ToList();
        var bound = Input.Select(column => batch.IndexOf(
            inputs.TryGetValue(column.Name, out var named) ? named
            : batch.IndexOf(column.Name) >= 0 ? column.Name
            : texts.Count == 1 && column.Type is TextDataViewType ? "text" : "")).ToArray();
        var view = new BatchView(Input, bound, new RecordBatch(batch, 1));
        Require(view, batch);
        return bound;
    }

    /// <summary>Opens a cursor over no rows, which asks for the columns that scoring needs.</summary>
    private void Require(BatchView view, BatchSchema batch)
    {
        try
        {
            var output = Transformer.Transform(view);
            using var cursor = output.GetRowCursor(Probability is { } probability ? [Score, probability] : [Score]);
        }
        catch (Exception error) when (error is not (MLNetPipelineException or OutOfMemoryException))
        {
            throw new MLNetPipelineException($"{_path}: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        foreach (var needed in view.Needed)
        {
            var (column, source) = (Input[needed], view.Bound[needed]);
            if (source < 0)
            {
                throw new MLNetPipelineException($"{_path}: nothing fills the input '{column.Name}' ({column.Type}); name a column for it in option 'inputs'");
            }

            if (!BatchView.Fits(column.Type, batch.Columns[source].Type))
            {
                throw new MLNetPipelineException($"{_path}: the input '{column.Name}' is {column.Type}, which the column {batch.Columns[source]} cannot fill");
            }
        }
    }

    private string[] LabelsOf(DataViewSchema output)
    {
        var count = ((VectorDataViewType)Score.Type).Size;
        var slots = default(VBuffer<ReadOnlyMemory<char>>);
        if (Score.HasSlotNames())
        {
            Score.GetSlotNames(ref slots);
        }
        else if (output.GetColumnOrNull("PredictedLabel") is { } label && label.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is VectorDataViewType { ItemType: TextDataViewType })
        {
            label.GetKeyValues(ref slots);
        }

        return slots.Length == count
            ? [.. slots.DenseValues().Select(name => name.ToString())]
            : [.. Enumerable.Range(1, count).Select(i => $"class {i}")];
    }
}
