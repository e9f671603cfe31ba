using System.Runtime.CompilerServices;

namespace StreamEngine.Operators;

/// <summary>
/// Aho and Corasick's automaton ("Efficient String Matching", CACM 1975) over words instead of bytes: finds all phrases that end at a
/// word, in time that does not depend on how many phrases there are. A step is a word together with the signs before it.
/// </summary>
internal sealed class PhraseAutomaton
{
    private const int Root = 0;

    private readonly int[] _rootNext;
    private readonly int[] _failures;
    private readonly int[] _reports;
    private readonly int[] _firstPatterns;
    private readonly int[] _patterns;
    private readonly Transition[] _transitions;

    /// <summary>Makes the automaton.</summary>
    /// <param name="patterns">The phrases.</param>
    /// <param name="wordNumbers">The number of each word.</param>
    /// <param name="wordCount">How many words there are.</param>
    public PhraseAutomaton(IReadOnlyList<BrandPattern> patterns, Func<byte[], int> wordNumbers, int wordCount)
    {
        var states = new List<State> { new(-1, default) };
        var edges = new Dictionary<Step, int>();
        _rootNext = new int[wordCount];
        for (var i = 0; i < patterns.Count; i++)
        {
            states[Insert(patterns[i], wordNumbers, states, edges)].Patterns.Add(i);
        }

        _transitions = new Transition[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, edges.Count * 2))];
        foreach (var (step, next) in edges)
        {
            Place(step, next);
        }

        _failures = new int[states.Count];
        _reports = new int[states.Count];
        _firstPatterns = new int[states.Count + 1];
        _patterns = [.. states.SelectMany(state => state.Patterns)];
        for (var state = 0; state < states.Count; state++)
        {
            _firstPatterns[state + 1] = _firstPatterns[state] + states[state].Patterns.Count;
        }

        LinkFailures(states);
    }

    /// <summary>The state after a word that is in no phrase, and at the start.</summary>
    public static int Start => Root;

    /// <summary>The state after a word.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="gap">The signs between the word before and this one.</param>
    /// <param name="word">The word's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int state, ulong gap, int word) => state == Root ? _rootNext[word] : NextInside(new Step(state, word, gap));

    /// <summary>The first of <paramref name="state"/> and its suffixes where phrases end; 0 for none.</summary>
    public int FirstReport(int state) => _firstPatterns[state] < _firstPatterns[state + 1] ? state : _reports[state];

    /// <summary>The next shorter suffix where phrases end; 0 for none.</summary>
    public int NextReport(int state) => _reports[state];

    /// <summary>The phrases that end at a state.</summary>
    public ReadOnlySpan<int> Patterns(int state) => _patterns.AsSpan(_firstPatterns[state], _firstPatterns[state + 1] - _firstPatterns[state]);

    private int NextInside(Step step)
    {
        while (step.State != Root)
        {
            var next = Find(step);
            if (next >= 0)
            {
                return next;
            }

            step = step with { State = _failures[step.State] };
        }

        return _rootNext[step.Word];
    }

    private int Insert(BrandPattern pattern, Func<byte[], int> wordNumbers, List<State> states, Dictionary<Step, int> edges)
    {
        var first = wordNumbers(pattern.Words[0]);
        if (_rootNext[first] == Root)
        {
            _rootNext[first] = states.Count;
            states.Add(new State(Root, new Step(Root, first, 0)));
        }

        var state = _rootNext[first];
        for (var i = 1; i < pattern.Words.Length; i++)
        {
            var step = new Step(state, wordNumbers(pattern.Words[i]), pattern.Gaps[i - 1]);
            if (!edges.TryGetValue(step, out state))
            {
                state = edges[step] = states.Count;
                states.Add(new State(step.State, step));
            }
        }

        return state;
    }

    /// <summary>States are numbered so that a parent comes before its children, but not by depth: links are made in order of depth.</summary>
    private void LinkFailures(List<State> states)
    {
        var depth = new int[states.Count];
        for (var i = 1; i < states.Count; i++)
        {
            depth[i] = depth[states[i].Parent] + 1;
        }

        foreach (var state in Enumerable.Range(1, states.Count - 1).OrderBy(i => depth[i]))
        {
            var parent = states[state].Parent;
            _failures[state] = parent == Root ? Root : Next(_failures[parent], states[state].Step.Gap, states[state].Step.Word);
            _reports[state] = FirstReport(_failures[state]);
        }
    }

    private int Find(Step step)
    {
        var mask = _transitions.Length - 1;
        for (var i = Slot(step); ; i = (i + 1) & mask)
        {
            ref readonly var transition = ref _transitions[i];
            if (transition.Next == 0)
            {
                return -1;
            }

            if (transition.Step == step)
            {
                return transition.Next;
            }
        }
    }

    private void Place(Step step, int next)
    {
        var i = Slot(step);
        while (_transitions[i].Next != 0)
        {
            i = (i + 1) & (_transitions.Length - 1);
        }

        _transitions[i] = new Transition(step, next);
    }

    private int Slot(Step step)
    {
        var mixed = (((ulong)(uint)step.State << 32) | (uint)step.Word) ^ (step.Gap * 0xD6E8_FEB8_6659_FD93);
        return (int)((mixed * 0x9E37_79B9_7F4A_7C15) >> 32) & (_transitions.Length - 1);
    }

    private sealed record State(int Parent, Step Step)
    {
        public List<int> Patterns { get; } = [];
    }

    private readonly record struct Step(int State, int Word, ulong Gap);

    private readonly record struct Transition(Step Step, int Next);
}
