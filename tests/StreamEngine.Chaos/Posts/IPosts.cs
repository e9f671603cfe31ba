namespace StreamEngine.Chaos.Posts;

/// <summary>Posts by number.</summary>
internal interface IPosts
{
    /// <summary>What they say of whom.</summary>
    BrandTexts Texts { get; }

    /// <summary>A post; the same each time.</summary>
    ScriptedPost this[long number] { get; }
}
