/**
 * The first direction numbers of 600 dimensions: Joe and Kuo 2008, "Constructing Sobol sequences with better
 * two-dimensional projections", table new-joe-kuo-6.
 *
 * Packed as bits, most significant first, dimension by dimension from the second on (the first is van der
 * Corput's): the inner coefficients of its primitive polynomial, then m_k without its last bit, which is always 1,
 * in k − 1 bits, for k = 1 … degree. Degrees never decrease.
 */

/** How many dimensions there are of degree 1, 2, 3, …, after the first dimension. */
export const DIMENSIONS_BY_DEGREE: readonly number[] = [1, 1, 2, 2, 6, 6, 18, 16, 48, 60, 176, 144, 119];

/** The bits, in base 64. */
// biome-ignore format: data
export const PACKED_DIRECTIONS =
  "2QJM2JKESJ3ZtANBXsvDYeGj0qE24mOYrTszKU+B9s+YnzHiHOOL5GgMaOmSOqcW+PVVmjzmImifeBIEHTJdlMxylO1gbq5bpGUJ" +
  "ai3SuA3DYe97cbzH1Q7QHT+Zj0V3/r7AtKpZviaXaxhF79FoLMecfAnZQSUHM0UlR05x6ELLkOlyTo43rz7G1CFfhwwg3Vyxn7hC" +
  "SPnFv/dXopatQgjLkL1u8NtEGwQiEAomWCqxaLDns/kZFVD7RbLFUdhztS9ebKA78079NMRuNwbPvvKTtbztjFA+Oy6auAQxa198" +
  "kkp1RuJ6FRSg1AFBUnrHB97VfBKgygVbO8w3/zXqC/YtP2ckE+v3ZoTt6XmQbVY11b9XoIDDaKx8PDnIMQiZTrRnV4qB2v/xiPx3" +
  "2lWYkUQC58SpgouDhk+dFMukZwp6t74yh63RcMnTmwYu3yPRtSrFo2JbZ8ywvOK55Qx43gv55mmsB8IAISSL3Hnepwbx2mZbVB19" +
  "ykol4a7jrRqZ2U5TFQN4Tub/OIXmrqYTcils7LpaW4fPHG6g/u/0SUSzps/a+kg9SQJOQkuLe5Qa0U3/6G8wnGg6/jZKwsclw+Fq" +
  "exl9JhEIJcBvlPQyk/UiAj/xyrPiiK40wS/wVDFHSMBOfxDXwL426kPzmqHqXbLpzzcniWAuET+27n1+g6kNJhIzjUwEZt98jgmq" +
  "kiT/Pq1tE0xw3IZ3DYU8HRtFmt4lCpGVnacRlX21rQiBclrxfIYyXHWEbF7mt2TmPUqlTKpyWWi+8kPHOGhoCzi9ZKXH2WDptDJn" +
  "lWVPz0FZn33C+kKB+H6csys56mISZwby7mJIVIDuhW4gYlNU/tO3aY2zH+VgxgpD8sMmo+JJOk3H4e0WJaXv7i+g8Z4RbgL4wC5+" +
  "fmxGTbL6JGaWfuIma1TmyEtQAbANiIC3ezrS3uMaDVa7fhYlSj7rL9Wvk1d/ocWewzgf5zcdwT1528+sgWFRJJzLs5cQO9PH9NGU" +
  "yQfJLpdN2CbfllJtUIDNsUWzdZPfHYa+Jdivyk/1+rt9VNnpbH6uNsntYyMAOTLrKmk16exbI+d9cFfa5U/RUTz/y89F/Mu2v4GY" +
  "R2OZZwCv3HD04EJ1AX6K66h28RjBVc0bclk1LkCyyoMh5MWswI4A9DrXuxNoYvRATdrGzRwyN0I64u2EGBx3lPCN0vcFD2xYrZng" +
  "CA6I0Y5DsDXnCwSitBxzlb21wn344L+i739xUgYm2DRF4ECw4IziiHo2xGdzMe7DjjDWNDNnVhNijcIcCW0+97rHWo5nm6V2td4e" +
  "x1F1m0uFGNtD1+QmpALaruIbhKx8k6X8qRN2ACG9auD8kgLkJuhuBpRKE+5kTNxT2Cd6LZBPtp9+E8wEVxu0xcxKJllqw6MimEUn" +
  "KMtGaxtQAqCmd3kiid/pW49wYQp3GAy5q5V41/qd+l1+gikY94JYL/Z+ILuXYjeYI8V/vkJYhgxx7GVjJUlkpq/PMqUQXInzW9s2" +
  "SyKgaxm5/Lasu4MOzOOHmFTQUvjEdjWloZclR0s8osFBgFI2wx9xKfhNm1uK0AMXXdUbSh/IGAs+IqkrUpQn1EZBihRbEhUFV5CH" +
  "HFUJFGUZ1iT3WdqSSKpzP5TLPkwb3bG8sFV8psjNFjO+lalTyYIdR5wuwwn7ZFgYXi8u5QoKjegMQXNakKDK+mctRsVOuCRt4oqb" +
  "BKmaHsemt5AYVUPP40nrGR2rKq1bQEaNIhWkkDl9sV7kq1D1+piMXam1vW0nhV/spILpFqSN5NHbDXdFu/fWGJ7IvF7NYaYXlXlf" +
  "d7qi1376PzA60Egn8MtMWEed/AgLfvysQ+Jz5mmJz7ZlyWF1fzm/Ez6lN83oQrVxoEkTqxn79bTSkywFkq2wXWsIZdS6RNAJNePj" +
  "Jv1N2YYbIyHNl39Mf029nfEZ+nVvlvvzfZXuFSlLh/YKPO+rdTHFppkpEPUGQuSIoIAQKpELcpGTEFb15F+6+zEqk+mJjZ24CylA" +
  "YUpvbvHzx21x1z+Hk40kEiiLwyPbP6yQXlIkNe55TwKVzTs++eZ7kDy7/7h9tDUsHxmAlUC82aTd/7meIGNDMlwQ89oQZZPSidSE" +
  "hHg9j4E0zqep/FYJGdU2Ku9eMApC1CMNe9cazJS1orDBOI5RPHMIjOcJyE1FVy3xEV6kTeve33wHp3JfkDFuH5U8+TVlKIYDh8xc" +
  "nD/QanENYHJZx0aOggQlcS/N6Wo6GBH+mN7xczEfvJvMyuJOHynXN2aaqL+o7wYrs1G4/ASw4ZYJxS8sudi3X9ToKizucyCLsntV" +
  "a79JmCzrQLQK15VfSGyhxRV9BypXb1HZJNBRhEtlaTbMDu+EhH5UtCi6rQuhAYqDWViA05K+/UcTiKaBypgiqgChAqN7Ad9WBpGZ" +
  "WlqAMqxTgDOJXyszVvfcqrjvD1triM97tpBtjzZLsaR2QOq0Gz5A/WIJI1ENqErQA5JoOArdQ221DNaVc29rkV79S0NfuRegXfa8" +
  "2bnddojlmzhpPW7alJlQ4uRCt4EPb+Mo2vHrzrCD6QkVWm31s82upMMXawJb0YBmtLeHhzAStXbh9jXEPMFoiKOvbOJ+/UbQG/w+" +
  "sVfCB/RQfpg4zUWkLH3OfDxx0/dj+Q5dTka8iayJ26hDJfAiy4fGo/GVZ1pKadqxO8vzd+yL7lPV5xRkYIOTYD7z3uYCzBaeHzn1" +
  "ShOXeYQV/QD61rZweft2kl1ZmSrp4tNPDMw/mGxvraiVMHHO7DE512wZmHlyzQZs/Jy1mAaGxbbmTpaUSHpN28qGPRRkssjd8c3Z" +
  "yZg8LtcKjmdT+TymX4xk/EmeSVoXzHF50mO5r5vmytXOY9wt4/XCrduF7/O2u1P3Nwixvui9tCAZ3fyCHx7oB6rCFPzMf4IO4sHe" +
  "PI/PyCSLKDFNSmPlwnxN7AI0/fNt1fHJdSohemcn8k3CVCo9bkerYXJnmZ7WKpjXCusLj5vJhyJeK+Pf06lEqbz/aGPy5w+ykuEU" +
  "pfpmSroSGU3DBS2PfKEdl9054DSAb51b6YC4LoHt9w1g7jeViAoPrT1lT2cjOfYgmKv1QSh6Gdx+BodrBe0/8EKDADrud+tgtbcz" +
  "LcIN3eWqygIz0fcR5rya2sHU7XpQkcWKaJY2I8USROwkBKtnf9FBmCnjd3q9/XXB+AFXtXGRH+YZCcmLAfkhpJOBpLuEWqzR5vns" +
  "LWZnwwqrUv9veZF4lBs2drzIhmBBbfjsD63wQx2JqEsHfIx4bRskqMwGQawoj6JgVr/XUjdu84erNBEogpHj1RDvH6QU+diZiY7a" +
  "eJwBHW4E5IL8onjlgelZJ+DQlql5APPoEVw0Ydon7isktQsC3nIB/IeVd0pZfYhImlTyoElDDupE/rZ0MvUiGOv9gSEQCxtfxMga" +
  "aEldMfr2toZx8z63kzAXxrEz+xe4JSTEDgCpph+rqPUySSx/jcDCBFcwlr9V0nMpaE2NMN2o8rOjsePZvvVGZModTffdXlvdpp+p" +
  "AYf9+64S4N9A6GMCnysfF4a/UUNhHd2cTN5XdbonKVRKUFleJlvRdjJlETGR9wyOjPOamFBQC5vW9HUk23YZTHOTJKUyLPA8HfYz" +
  "0aUrFwbXkSxOiZOppSrheP+Iv1+RUPLOh+TXclbM2o7jgkUdCLokJ9U00EXhWwD8hC6yc5k3Rlj4rEi1xbKt7NALxM1sLrwuQyWl" +
  "e6Q6TXcIC2IHbD25nivWK+skautjaLhglGofYEb98QmTI0KeK2e2ZxkPmVH2QPRLAsSWmssaJKXJ8RUWyCakEXwvkc1yrmi14U7I" +
  "pfyGAdbNxW6zHPwYEGMbzjKd+1VcQ/BhnXQnGXm2s9TfBfOilY+qgaSe+dWd1cotvIC/ChVc8S2skWL7qTv5h62msqwI8elK7L2d" +
  "WJQKT+4Fra3vk74X9hqaKCevgvTl6jRt4+o6hWp83Q0/k5smBC6rTaxtPqfrlCJFiM+F7uhm408S34RS1zUc07EYuHd5JRXWu1np" +
  "R398zqaIk88L+ka2yDBi6pCtXBJrsspMW4mH3QuUE0tFRLTvk/J0srrVnJoeM7InZew2A86XQAFo3zFwOux1zCl6yomxF/GN8b+g" +
  "FK9N5CdNjw9KnuVqclhQm/auLW0/s5/QJ3lGttqu1Z5ltNufpjjOtf0NKq7J0bZroh9orz7KHOUd1yHHRlDw5Ke967zFimlKS1oM" +
  "r7X/WtRfAa87dAnV//K0KA9YzcSUv6/Vw68bDvzk+Wgar0wlwN9xY8hd9YXGpbiPG4ypWuxNcFZdcZfuru1j1Lnjaq3kGLxbVx9g" +
  "9H6QfcbXXIVIUl6gDkp8yumu1vs9yzydPXd+rOoD3fl9DUq8G2+LcjzOn3ed6fy7koF/GymOsBK+dMYrPxlKdYIUk16z/H9c27wW" +
  "l9hDhal6HyPhOmT8XWx6UE4XExDOciv5iQyIeQ51G1/6QIvWL8n30YS9ZqEGBTZS9ORTvIJ2eoWy6nEOeSUS/1EXmJcsTTb9gfAd" +
  "jMnJ7qKWUH1llOZyKtyKY/Hi3b88l1Pq+qCQztWaDGB7mFzUBboB0jyrl6BG0dcG1qFlSKoE4Ac6ZvVAVHPZSSVD9SmrWNALyeLA" +
  "Cq4ddcEeS2wBuoAMbCpkLYpUpeihE2IMaokN14p8jnwpulkFarTHRo3hmWCoZOhFLOAnFzXm2B679HfsuRPpyhO1tgpvD8oSm1I9" +
  "oWqvKL5n0Bm6OzkyPfvzmsQkYhMqHo3To5XVroSCpmiTHcbKJMA4inmsWfEMOOEgwHiA5I+NlD6yCEpTUPd8nNOAQqealJsX7jVH" +
  "G8X5wV7rH5hBhmjxWFu0dv3QlXXBxNQMGOvvaiGwJwHm7my/kk53AcgmIh8zANEpKcvFfVOnfVSAT4OKxA7OGXtPLZAaBzaSdT4s" +
  "MiHftAp2IzVLaEOqY0/PAyu3l5vdPXmNePEA3kKGxExzpVSwS1BFUOCpMrx6e7M37BGg86w2oHD2wITwBPUI+j3vSGSRAkKBS1++" +
  "CvAMMEFFZjBXLgORsrnWlq1VcBdyNQnaciUUg6wTBeMQTeTz1MT3YfrBhU9LoO1X0jwEspBkvv5PHBzp5oM6XBwitj3q117w7/yl" +
  "B5QJtCqJDA65tJVCGTvVTX/ws8Ii9ZCKoRUu0deWy+CIqCUwahMeSYf5t/iXCX/oxWFrZyCwZSSCdB7K5xDj7rtEEOChwQ3FffHK" +
  "kf2uqCzFiiS+UkLjxPSpC1xspfMupqxsN+MC8Zjo1pG9/GDkNXDEq/tGZ6hkGHyOLDL6gwicILgBRRw7DO+PT0gGR0snZW6DfZ9M" +
  "WwXbnZFQixDgAwhfDAnSW9RhIDjkKR/bXE98DlTtDm5SulkCODHt4mODvI6x0+FPZxmneiDxLxXhzpRKzr45LD4hWPb0o9Mo8Thi" +
  "D9DdnnUMebaN9PcEMFEZEOsWBf/VUGES/02D0gqLtqCzPEb5MEYmivxUJWVEEew+QqNURoU9s3VEhPh1KCJqe1fT8iEtIoqi92Wn" +
  "G1vSnEu97m93oJCXPh/WE8Jk7amy+igr2zAE/i6Mgsmmt8te/oFESlYeLgVCzW0CdFL0P/TAwy3hWAMVFNF8ZnVzIT7qtMIFZaka" +
  "9WFPNMkbvIFfQPDaw2t9r48wvFmDDwjMB6FyW3XGF3WhUph//siQqJMF7hY6ntpZkikFUlF97rtsrvYaqSDw0GCV3RWliy6zsiB/" +
  "GTJSDoGhAAZI3/UGVo4REYZ97SCjeJGjiVJaxXKwpWgOsGqHbNZP3mNPL926GsNbctwcD3fQBumG3SPQuxq6TmcLobG4qjWf24w1" +
  "J9CirG+2CZnWgwQ+4Tx+HDZ8Rg6iYFIA/kwHGXdo6p3POYbIUeHKpRPAZEKQGXG6+HRhVQLDQLctLOB7HUZhXxshYJgSJG7HYy4u" +
  "e90oAhDPKIHbtAgV51+9U/IG8Hd8tJNuGZOa7zoiHw56xCLtJVC1A7kH252SiR++hror9nH8aEdceQe6d3hwDIFGKxFML87IPb1Y" +
  "IJlNSYtqa1FQFBiIPvHnkIOsfqTgBeISKXfMR0qD2WQuLIUf6wHikULnWCaBIeTZ9DRjJAwqqn/Io9HYo86Vc8OWTJIrL7j1nWk4" +
  "sPMQ3Iw1vGUSpUMCtq8cI2mqLacJQ0H0t3VI/tQl9PaWkof5EtJBD/0yD0pCsy7gZJNzqVd+bcX3GeUdJOUi6LICy0hJ/5iJaRWP" +
  "GO4tDhLf88JfiT1M7DuPpQlh6Jg1lO/C/Nr5Fm6oJjlb6L9oz59XkbZJl84YtEojNpZHx0Jx9wKeH1CzR/amRKE/YUMc6flAcvsf" +
  "KL8RJW5JvqqxREmKOKq7TaVycgJc+MKQ9R6xX8ocZ08maKWX+j7jHtaoUNpFKcGjSLEcPNpu/WHKp9vIwQYcD5YAibKqzuFhTPDS" +
  "uIsLoKxLAxwZ/uwTbDNwK4rY91+a2S4oIX2K72JO2mt0bfXB8bLDm0Pc7yGOp+bEeLF9BfrQPWZEt3cyLKq0vwHOMf+2nXALMpfH" +
  "k90h4wfTCgLPKS9YAZ/OOxfyhLX8CFcTqu1hGS1QLemm1/EOqU+6hixLiaP6CPdjFH3+2PLnGSRaIGZ9xpWGuLru1Q3Q0whWTFIo" +
  "L1dsxUluiQSVUxDMBbxo5ZxCYSpTb1MCTbGNNxAxYIL/FA==";
